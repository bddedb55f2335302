"""The fields that every workload has, by name, in both overlays and with every component."""
import pytest
import rendered

WORKLOADS = {
    "dev": rendered.overlay("dev"),
    "prod": rendered.overlay("prod"),
    "all": rendered.combination("postgres-dev", "ingress", *rendered.FULL),
}
PODS = [(f"{where}-{name}", template) for where, documents in WORKLOADS.items()
        for name, template in rendered.pods(documents)]
SERVERS = [pod for pod in PODS if "migrate" not in pod[0] and "retention" not in pod[0]]


def of(pods):
    return pytest.mark.parametrize("pod", [template["spec"] for _, template in pods], ids=[name for name, _ in pods])


def test_the_workloads_are_found():
    assert {"natter-api", "natter-preview"} <= {name.split("-", 1)[1] for name, _ in PODS}
    assert len(PODS) >= 12


@of(PODS)
def test_a_pod_is_locked_down(pod):
    security = pod["securityContext"]
    assert security["runAsNonRoot"] is True
    for field in ("runAsUser", "runAsGroup", "fsGroup"):
        assert security[field] == 65532
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False and pod["enableServiceLinks"] is False
    assert pod["serviceAccountName"] != "default"
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        assert field not in pod
    for container in pod["containers"] + pod.get("initContainers", []):
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] is True and context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]} and "privileged" not in context
        for kind in ("requests", "limits"):
            assert set(container["resources"][kind]) == {"cpu", "memory", "ephemeral-storage"}
    for volume in pod.get("volumes", []):
        assert "hostPath" not in volume
        assert "sizeLimit" in volume.get("emptyDir", {"sizeLimit": None})
        for source in ("secret", "projected"):
            # Octal 0440: the process's group reads, nobody writes.
            assert volume.get(source, {"defaultMode": 0o440})["defaultMode"] == 0o440


@of(PODS)
def test_secrets_are_files_and_never_in_the_environment(pod):
    for container in pod["containers"]:
        assert all("secretRef" not in source for source in container.get("envFrom", []))
        assert all("valueFrom" not in variable for variable in container.get("env", []))


@of(SERVERS)
def test_a_server_is_probed_and_drains(pod):
    container = pod["containers"][0]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert "host" not in container[probe].get("httpGet", {})
    stop = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    assert pod["terminationGracePeriodSeconds"] > stop + 10


@pytest.mark.parametrize("where", WORKLOADS)
def test_deployments_roll_and_scale_without_a_gap(where):
    documents = WORKLOADS[where]
    deployments = [d for d in documents if d["kind"] == "Deployment"]
    assert len(deployments) == 2
    for deployment in deployments:
        spec, name = deployment["spec"], deployment["metadata"]["name"]
        assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0 and spec["minReadySeconds"] > 0
        assert "replicas" not in spec
        for constraint in spec["template"]["spec"]["topologySpreadConstraints"]:
            assert constraint["matchLabelKeys"] == ["pod-template-hash"]
        [scaler] = [d for d in documents if d["kind"] == "HorizontalPodAutoscaler" and d["metadata"]["name"] == name]
        assert scaler["spec"]["minReplicas"] >= 2
        [budget] = [d for d in documents if d["kind"] == "PodDisruptionBudget" and d["metadata"]["name"] == name]
        assert budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
        assert budget["spec"]["selector"]["matchLabels"] == spec["selector"]["matchLabels"]


def test_the_namespace_asks_for_restricted_pods_of_a_pinned_version():
    [namespace] = [d for d in WORKLOADS["prod"] if d["kind"] == "Namespace"]
    labels = namespace["metadata"]["labels"]
    for mode in ("enforce", "warn", "audit"):
        assert labels[f"pod-security.kubernetes.io/{mode}"] == "restricted"
        assert labels[f"pod-security.kubernetes.io/{mode}-version"] == "v1.34"


def test_the_worker_has_no_secret_but_its_key():
    for documents in WORKLOADS.values():
        volumes = dict(rendered.pods(documents))["natter-preview"]["spec"]["volumes"]
        assert [volume["name"] for volume in volumes] == ["preview-tls"]


def test_prod_has_no_secret_no_node_port_and_digests_alone():
    documents = WORKLOADS["prod"]
    assert not [d for d in documents if d["kind"] == "Secret"]
    assert not [d for d in documents if d["kind"] == "Service" and d["spec"].get("type", "ClusterIP") != "ClusterIP"]
    for name, template in rendered.pods(documents):
        assert all("@sha256:" in c["image"] for c in template["spec"]["containers"]), name
        assert template["spec"]["securityContext"]["supplementalGroupsPolicy"] == "Strict"
        assert template["spec"]["securityContext"]["appArmorProfile"] == {"type": "RuntimeDefault"}
