"""Builds kustomizations of a copy of kustomize/, in which the development secrets have been made."""
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
# Of every group one, which exclude each other, and any of the others.
DATABASES = ["postgres-dev", "external-database", "cnpg"]
ENTRANCES = ["ingress", "gateway"]
OTHERS = [
    "admission", "external-secrets", "istio-ambient", "linkerd", "monitoring", "mtls", "node-hardening", "node-port",
    "nodelocal-dns", "outside-resolvers", "service-tls", "user-namespaces",
]
# Parts of others, or alone by their nature.
PARTS = ["postgres-clients"]
# Everything at once that can be: one mesh, and mtls has service-tls in it.
FULL = tuple(other for other in OTHERS if other not in ("service-tls", "linkerd"))


@functools.cache
def tree():
    copy = Path(tempfile.mkdtemp(prefix="natter-kustomize-"))
    ignore = shutil.ignore_patterns("secrets")
    shutil.copytree(ROOT / "kustomize", copy / "kustomize", ignore=ignore)
    run([copy / "kustomize/make-secrets"])
    return copy / "kustomize"


def run(command, **options):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, **options).stdout


def kustomize(path):
    own = ROOT / "target/kubernetes/bin/kustomize"
    if not own.exists():
        raise FileNotFoundError(f"{own} is missing: run .ci/install")
    return run([own, "build", path])


@functools.cache
def overlay(name):
    return list(filter(None, yaml.safe_load_all(kustomize(tree() / "overlays" / name))))


@functools.cache
def _combination(*components, patches="[]"):
    directory = Path(tempfile.mkdtemp(dir=tree() / "overlays"))
    (directory / "kustomization.yaml").write_text(yaml.safe_dump({
        "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "namespace": "natter-api",
        "resources": ["../../base"], "components": [f"../../components/{name}" for name in components],
        "patches": yaml.safe_load(patches),
    }))
    return list(filter(None, yaml.safe_load_all(kustomize(directory))))


def combination(*components, patches=()):
    """The base with these components, and patches as an overlay has them."""
    return _combination(*components, patches=yaml.safe_dump(list(patches)))


def combinations():
    """Every database with every entrance, and to those each other component alone, every two of them, and all."""
    pairs = [(a, b) for i, a in enumerate(OTHERS) for b in OTHERS[i + 1:]]
    # mtls has service-tls in it.
    fits = [chosen for chosen in [(), *[(o,) for o in OTHERS], *pairs] if not {"mtls", "service-tls"} <= set(chosen)]
    for database in DATABASES:
        for entrance in ENTRANCES:
            yield (database, entrance)
            yield (database, entrance, *FULL)
    for chosen in fits:
        yield ("postgres-dev", "ingress", *chosen)


def pods(documents):
    """(name, pod template) of every workload."""
    for document in documents:
        spec = document.get("spec", {})
        if document["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if document["kind"] in ("Deployment", "StatefulSet", "Job", "CronJob"):
            yield document["metadata"]["name"], spec["template"]
