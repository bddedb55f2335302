"""What holds in the running containers, seen by their own processes."""
import json
import re

import pytest
from cluster import PROBE, get, inside, kubectl, pods, say

WORKLOADS = ["natter-api", "natter-preview", "natter-database"]
ROOT_TWIN = {
    "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "twin"},
    "spec": {"containers": [{
        "name": "twin", "image": PROBE,
        "resources": {k: {"cpu": "50m", "memory": "32Mi", "ephemeral-storage": "1Mi"} for k in ("requests", "limits")},
    }]},
}


@pytest.mark.parametrize("workload", ["natter-api", "natter-preview"])
@pytest.mark.parametrize("change", [
    {"runAsUser": 0}, {"runAsNonRoot": False}, {"seccompProfile": {"type": "Unconfined"}},
], ids=str)
def test_a_twin_that_is_less_locked_is_refused(workload, change):
    pod = pods(workload)[0]
    twin = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "twin"}, "spec": dict(pod["spec"])}
    for field in ("nodeName", "ephemeralContainers"):
        twin["spec"].pop(field, None)
    create = ("create", "--dry-run=server", "-f", "-")
    kubectl(*create, given=json.dumps(twin))
    twin["spec"]["securityContext"] = {**pod["spec"]["securityContext"], **change}
    refused = kubectl(*create, given=json.dumps(twin), check=False)
    assert refused.returncode and "violates PodSecurity" in refused.stderr, refused.stderr


@pytest.mark.parametrize("workload", WORKLOADS)
def test_a_process_has_nothing_that_it_does_not_need(workload):
    pod = pods(workload)[0]["metadata"]["name"]
    status = dict(
        line.split(":", 1) for line in inside(pod, "/bin/busybox cat /proc/1/status", workload).splitlines() if ":" in line
    )
    facts = {name: status[name].split() for name in ("Uid", "Gid", "Groups", "CapEff", "CapBnd", "NoNewPrivs", "Seccomp")}
    say(f"{workload}: {facts}")
    assert facts["Uid"] == ["65532"] * 4 and facts["Gid"] == ["65532"] * 4
    assert facts["Groups"] == ["65532"] or facts["Groups"] == []
    assert int(facts["CapEff"][0], 16) == 0 and int(facts["CapBnd"][0], 16) == 0
    assert facts["NoNewPrivs"] == ["1"] and facts["Seccomp"] == ["2"]
    mounts = inside(pod, "/bin/busybox cat /proc/1/mounts", workload)
    root = next(line.split() for line in mounts.splitlines() if line.split()[1] == "/")
    assert "ro" in root[3].split(",")
    assert "kubernetes.io/serviceaccount" not in mounts


EXPECTED = {
    "natter-api": [r"/run/secrets/natter-api/keys/(audit|capability|checkpoint|idempotency|name|row|session)\.keys",
                   r"/run/secrets/natter-preview-client/(ca|tls)\.(crt|key)",
                   r"/run/secrets/natter-database/(password|ca\.crt)"],
    "natter-preview": [r"/run/secrets/natter-preview/(ca|tls)\.(crt|key)"],
    "natter-database": [r"/run/secrets/natter-database/(natter_(migrate|api_user|retention)\.password|server\.(crt|key))"],
}


@pytest.mark.parametrize("workload", WORKLOADS)
def test_the_secrets_in_a_container_are_its_own(workload):
    pod = pods(workload)[0]["metadata"]["name"]
    listed = inside(pod, "cd /proc/1/root && /bin/busybox find run/secrets var/run/secrets -type l 2>/dev/null", workload)
    files = {"/" + line for line in listed.split() if "..data" not in line.rsplit("/", 1)[-1]}
    say(f"{workload}: " + " ".join(sorted(files)))
    assert files
    for file in files:
        assert any(re.fullmatch(pattern, file) for pattern in EXPECTED[workload]), file
    modes = inside(
        pod, "cd /proc/1/root && /bin/busybox find run/secrets -type f -exec /bin/busybox stat -c '%a %u' {} +", workload
    )
    assert set(modes.splitlines()) == {"440 0"}


@pytest.mark.parametrize("workload", ["natter-api", "natter-preview"])
def test_nothing_of_the_image_can_be_written(workload):
    pod = pods(workload)[0]["metadata"]["name"]
    written = inside(pod, "cd /proc/1/root && for d in . bin etc tmp run var; do : 2>/dev/null > $d/x && echo $d; done", workload)
    assert written.split() == []


def test_the_scalers_are_accepted_with_the_metric_that_is_meant():
    for name in ("natter-api", "natter-preview"):
        scaler = get("hpa", name)
        [metric] = scaler["spec"]["metrics"]
        assert metric["resource"] == {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}
        assert scaler["spec"]["scaleTargetRef"]["name"] == name
