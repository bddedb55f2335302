"""kube-score and checkov find nothing in the overlays but what is listed here with its reason."""
import json
import os
import subprocess

import pytest
import rendered

EXCEPTIONS = {
    "container-image-pull-policy": "an image is named by its digest (prod), or was loaded and is in no registry (dev)",
    "deployment-has-host-podantiaffinity": "topologySpreadConstraints spread the pods, also of two revisions",
    "networkpolicy-targets-pod": "CloudNativePG's operator makes the database's pods",
    # In dev alone:
    "service-type": "a node port is what the component node-port is for; prod has none (test_hardening)",
    "statefulset-has-servicename": "clients need the address of the service; the one pod has no name of its own",
    "pod-probes-identical": "a port that answers is all that the development database shows",
}


def manifest(name, directory):
    path = directory / f"{name}.yaml"
    path.write_text(rendered.kustomize(rendered.tree() / "overlays" / name))
    return path


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_kube_score_finds_only_what_is_excepted(name, tmp_path):
    tool = rendered.ROOT / "target/kubernetes/bin/kube-score"
    outcome = subprocess.run(
        [tool, "score", manifest(name, tmp_path), "--output-format", "json"], capture_output=True, text=True
    )
    found = {
        f'{check["check"]["id"]}: {thing["object_name"]}'
        for thing in json.loads(outcome.stdout) for check in thing["checks"]
        # 10 is ok; less is a warning or worse.
        if not check["skipped"] and check["grade"] < 10 and check["check"]["id"] not in EXCEPTIONS
    }
    assert found == set()


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_checkov_finds_nothing(name, tmp_path):
    tool = rendered.ROOT / "target/kubernetes/checkov/bin/checkov"
    command = [tool, "-f", manifest(name, tmp_path), "--framework", "kubernetes", "--quiet", "--compact", "-o", "json"]
    # Without network: it would ask for its own new versions.
    outcome = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "BC_SKIP_MAPPING": "TRUE"})
    report = json.loads(outcome.stdout)
    excepted = {"dev": {
        "CKV_K8S_43",  # images by digest: those of dev are in no registry
        "CKV_K8S_14",
        "CKV_K8S_15",  # pulled always: they are in no registry
    }, "prod": set()}[name]
    failed = {f'{check["check_id"]} {check["check_name"]}: {check["resource"]}'
              for check in report["results"]["failed_checks"] if check["check_id"] not in excepted}
    assert failed == set() and report["summary"]["passed"] > 200
