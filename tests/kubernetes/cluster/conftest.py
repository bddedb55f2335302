"""Puts Natter into the cluster by the newcomer's own command."""
import os
import tempfile
from pathlib import Path

import pytest
from cluster import OVERLAY, ROOT, kubectl, node_address, run, say

import probe_image

STRAY = """
apiVersion: v1
kind: Pod
metadata: {name: %s, namespace: %s}
spec:
  automountServiceAccountToken: false
  securityContext: {runAsNonRoot: true, runAsUser: 65532, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: probe
    image: localhost/natter-probe:dev
    imagePullPolicy: Never
    command: [/bin/busybox, httpd, -f, -p, "8080", -h, /tmp]
    securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
"""


@pytest.fixture(scope="session", autouse=True)
def installed():
    with tempfile.TemporaryDirectory() as directory:
        archive = Path(directory, "probe.tar")
        probe_image.write(archive)
        run(*os.environ["LOAD"].split(), archive)
    say(run(ROOT / "kustomize/up", timeout=590).stdout)
    elsewhere = "natter-test-elsewhere"
    kubectl("create", "namespace", elsewhere, check=False)
    for name, namespace in (("stray", "natter-api"), ("elsewhere", elsewhere)):
        kubectl("apply", "-f", "-", given=STRAY % (name, namespace), namespace=namespace)
        kubectl("wait", "--for=condition=Ready", f"pod/{name}", "--timeout=60s", namespace=namespace)
    yield
    kubectl("delete", "pod", "stray", "--ignore-not-found", "--force")
    run("kubectl", "delete", "namespace", elsewhere)


@pytest.fixture(scope="session")
def ca():
    return OVERLAY / "secrets/ca.crt"


@pytest.fixture(scope="session")
def address():
    """Where the ingress controller listens."""
    return os.environ.get("INGRESS") or node_address()
