"""The admission policies, judged by the API server in a namespace of their own."""
import copy
import json
import re

import pytest
from cluster import ROOT, eventually, kubectl, run

ELSEWHERE = "natter-test-admission"
DIGEST = "registry.example.org/natter@sha256:" + "0" * 64
POD = {
    "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod"},
    "spec": {
        "serviceAccountName": "natter-api", "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True, "runAsUser": 65532, "runAsGroup": 65532, "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [{
            "name": "natter-api", "image": DIGEST,
            "securityContext": {
                "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
            },
        }],
        "volumes": [
            {"name": "keys", "projected": {"sources": [{"secret": {"name": "natter-key-session-4f2m"}}]}},
            {"name": "tls", "secret": {"secretName": "natter-preview-client-tls"}},
        ],
    },
}
SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}}


def create(document, check=True, user=()):
    return kubectl("create", "--dry-run=server", "-f", "-", *user, given=json.dumps(document), check=check,
                   namespace=ELSEWHERE)


def other(**changes):
    """The pod with fields of its spec, and with `container` those of its first container, changed."""
    pod = copy.deepcopy(POD)
    pod["spec"]["containers"][0].update(changes.pop("container", {}))
    pod["spec"].update(changes)
    return pod


@pytest.fixture(scope="module", autouse=True)
def policies():
    """They hold in one namespace; and here in another, as pods of the development overlay have no digests."""
    text = run("kubectl", "kustomize", ROOT / "kustomize/components/admission").stdout
    text = re.sub(r"(kubernetes.io/metadata.name: )natter-api", rf"\1{ELSEWHERE}", text)
    text = re.sub(r"^(  (?:name|policyName): natter-)", r"\1test-", text, flags=re.M)
    run("kubectl", "create", "namespace", ELSEWHERE)
    run("kubectl", "-n", ELSEWHERE, "create", "serviceaccount", "natter-api")
    run("kubectl", "-n", ELSEWHERE, "create", "serviceaccount", "natter-preview")
    run("kubectl", "apply", "-f", "-", given=text)
    # The API server takes a moment to know them.
    tagged = other(container={"image": "natter-api:dev"})
    eventually(60, "policies judge", lambda: create(tagged, check=False).returncode)
    node_port = {**SERVICE, "spec": {**SERVICE["spec"], "type": "NodePort"}}
    eventually(60, "policies judge", lambda: create(node_port, check=False).returncode)
    eventually(60, "policies judge", lambda: create(other(serviceAccountName="natter-preview"), check=False).returncode)
    yield
    run("kubectl", "delete", "-f", "-", given=text)
    run("kubectl", "delete", "namespace", ELSEWHERE, "--wait=false")


def test_a_pod_that_keeps_every_rule_is_taken():
    create(POD)
    create(SERVICE)


ROOT_CONTAINER = {"runAsUser": 0, **POD["spec"]["containers"][0]["securityContext"]}
WRITABLE = {**POD["spec"]["containers"][0]["securityContext"], "readOnlyRootFilesystem": False}
TOKEN = {"name": "t", "projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]}}
SECRET_VARIABLE = {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "natter-key-row", "key": "row.keys"}}}
TWIN = {**POD["spec"]["containers"][0], "name": "twin"}


BROKEN = {
    "tag": (other(container={"image": "natter-api:dev"}), "named by its digest"),
    "tag of an init container": (other(initContainers=[{**TWIN, "image": "x:1"}]), "named by its digest"),
    "root init container": (other(initContainers=[{**TWIN, "securityContext": ROOT_CONTAINER}]), "run as root"),
    "token": (other(automountServiceAccountToken=True), "automountServiceAccountToken"),
    "token by default": ({**POD, "spec": {k: v for k, v in POD["spec"].items() if k != "automountServiceAccountToken"}},
                         "automountServiceAccountToken"),
    "token in a volume": (other(volumes=[TOKEN]), "no token"),
    "root": (other(securityContext={"runAsNonRoot": True, "runAsUser": 0}), "run as root"),
    "root container": (other(container={"securityContext": ROOT_CONTAINER}), "run as root"),
    "root with a user namespace": (other(hostUsers=False, securityContext={"runAsUser": 0}), "run as root"),
    "no user": (other(securityContext={}), "run as root"),
    "writable root": (other(container={"securityContext": WRITABLE}), "read-only"),
    "secret in a variable": (other(container={"env": [SECRET_VARIABLE]}), "no environment"),
    "secrets as variables": (other(container={"envFrom": [{"secretRef": {"name": "natter-key-row"}}]}), "no environment"),
    "another's secret": (other(volumes=[{"name": "v", "secret": {"secretName": "natter-database-migrate"}}]), "may not mount"),
    "another's secret among others": (other(volumes=[{"name": "v", "projected": {"sources": [
        {"secret": {"name": "natter-key-row"}}, {"secret": {"name": "natter-preview-tls"}}]}}]), "may not mount"),
    "the worker with a key": (other(serviceAccountName="natter-preview"), "may not mount"),
    "a secret for no account": (other(serviceAccountName="default"), "may not mount"),
}


@pytest.mark.parametrize("pod, said", BROKEN.values(), ids=BROKEN)
def test_a_pod_that_breaks_a_rule_is_refused(pod, said):
    refused = create(pod, check=False)
    assert refused.returncode and said in refused.stderr, refused.stderr


@pytest.mark.parametrize("kind", ["NodePort", "LoadBalancer"])
def test_a_port_of_a_node_is_refused(kind):
    refused = create({**SERVICE, "spec": {**SERVICE["spec"], "type": kind}}, check=False)
    assert refused.returncode and "inside the cluster alone" in refused.stderr, refused.stderr


@pytest.mark.parametrize("way", ["exec?command=ls&stdout=true", "attach?stdout=true", "portforward?ports=80"])
def test_nobody_enters_a_pod_but_who_breaks_the_glass(way):
    path = f"/api/v1/namespaces/{ELSEWHERE}/pods/nobody/{way}"
    attempt = ("kubectl", "create", "--raw", path, "-f", "-")
    refused = run(*attempt, given="", check=False)
    assert refused.returncode and "only the group natter-break-glass" in refused.stderr, refused.stderr
    # Judged as allowed, so that the pod is looked for.
    taken = run(*attempt, "--as=somebody", "--as-group=system:masters", "--as-group=natter-break-glass", given="", check=False)
    assert "not found" in taken.stderr, taken.stderr
