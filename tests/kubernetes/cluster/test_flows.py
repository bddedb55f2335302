"""Flows on the running cluster: who opens a TCP connection to whom, tried from inside the pods."""
import pytest
from cluster import connects, eventually, get, kubectl, node_address, pods

OUTSIDE = "93.184.216.34"
ELSEWHERE = ("elsewhere", "natter-test-elsewhere")


@pytest.fixture(scope="module")
def places():
    """Every listener in the cluster that a flow may or may not reach."""
    found = {}
    for workload, ports in (("natter-api", (4567, 4568)), ("natter-preview", (4569, 4570)), ("natter-database", (5432,))):
        for pod in pods(workload)[:1]:
            for port in ports:
                found[f"{workload}:{port}"] = (pod["status"]["podIP"], port)
    for name, namespace in (("stray", "natter-api"), ELSEWHERE):
        found[f"{name}:8080"] = (get("pod", name, namespace=namespace)["status"]["podIP"], 8080)
    found["dns:53"] = (get("svc", "kube-dns", namespace="kube-system")["spec"]["clusterIP"], 53)
    found["api-server:443"] = (get("svc", "kubernetes", namespace="default")["spec"]["clusterIP"], 443)
    found["node:6443"] = (node_address(), 6443)
    found["node:30567"] = (node_address(), 30567)
    for address in (OUTSIDE, "8.8.8.8", "10.1.2.3", "172.16.5.5", "192.168.7.7", "169.254.169.254", "168.63.129.16", "100.64.1.1"):
        found[f"{address}:80"] = (address, 80)
    found[f"{OUTSIDE}:22"] = (OUTSIDE, 22)
    return found


ALLOWED = {
    "natter-api": {"natter-preview:4569", "natter-database:5432", "dns:53"},
    "natter-preview": {"dns:53", f"{OUTSIDE}:80", "8.8.8.8:80"},
    "natter-database": set(),
    "stray": set(),
}


@pytest.mark.parametrize("source", ALLOWED)
def test_a_pod_reaches_what_the_file_allows_and_nothing_else(source, places):
    name = source
    if source != "stray":
        running = pods(source)
        if not running and source == "natter-database":
            pytest.fail("no database runs")
        name = running[0]["metadata"]["name"]
        # A pod reaches itself without a network.
        own = (source, "node:30567") if source == "natter-api" else (source,)
        places = {place: target for place, target in places.items() if not place.startswith(own)}
    else:
        places = {place: target for place, target in places.items() if place != "stray:8080"}
    reached = connects(name, places.values())
    names = {place for place, target in places.items() if target in reached}
    assert names == ALLOWED[source] & set(places)


def test_a_stranger_of_another_namespace_reaches_the_outside_and_none_of_natters_pods(places):
    """Also the control: what the policies keep from the worker does answer."""
    reached = connects(*ELSEWHERE[:1], places.values(), namespace=ELSEWHERE[1])
    names = {place for place, target in places.items() if target in reached}
    assert {"dns:53", "api-server:443", f"{OUTSIDE}:80", f"{OUTSIDE}:22", "10.1.2.3:80", "169.254.169.254:80",
            "168.63.129.16:80", "192.168.7.7:80"} <= names
    assert not {place for place in names if place.startswith(("natter-", "stray"))}


def test_without_the_policies_the_worker_itself_keeps_to_the_outside(places):
    """A flow to the pod's own node is no policy's to stop on many clusters; then the worker's guard is all there is."""
    worker = pods("natter-preview")[0]["metadata"]["name"]
    policies = kubectl("get", "networkpolicy", "-o", "json").stdout

    def fetch(url):
        return kubectl("exec", worker, "--", "/bin/natter-preview", "fetch", url, check=False)

    kubectl("delete", "networkpolicy", "--all")
    try:
        open_now = {places["node:6443"], places["api-server:443"], places["natter-database:5432"], places["10.1.2.3:80"]}
        eventually(30, "the policies are off", lambda: connects(worker, open_now) == open_now)
        node, server = node_address(), places["api-server:443"][0]
        for url in (f"http://{node}/", f"https://{node}/", f"https://{server}/", "http://10.1.2.3/", "http://169.254.169.254/",
                    "https://kubernetes.default.svc.cluster.local/", "http://traefik.ingress.svc.cluster.local/"):
            refused = fetch(url)
            # What the URL alone shows, so nothing was asked or dialled.
            assert refused.returncode and "[url." in refused.stderr, f"{url}: {refused.stderr}"
        # The control: it does fetch.
        assert "Example Domain" in fetch("http://outside-world.net/").stdout
    finally:
        kubectl("create", "-f", "-", given=policies)
    eventually(30, "the policies are on", lambda: connects(worker, open_now) == set())
