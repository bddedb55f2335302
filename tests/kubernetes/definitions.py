"""JSON schemas of the kinds that others define, from the CustomResourceDefinitions in their own Go modules."""
import functools
import json
import subprocess
import tempfile
from pathlib import Path

import jsonschema
import yaml

MODULES = {
    "github.com/cert-manager/cert-manager@v1.21.2": "deploy/crds/cert-manager.io_*.yaml",
    "github.com/cloudnative-pg/cloudnative-pg@v1.30.1": "config/crd/bases/postgresql.cnpg.io_clusters.yaml",
    "github.com/external-secrets/external-secrets@v1.3.2": "config/crds/bases/external-secrets.io_externalsecrets.yaml",
    "github.com/prometheus-operator/prometheus-operator@v0.85.0": "example/prometheus-operator-crd/*_p[or]*s.yaml",
    "istio.io/api@v1.32.0": "kubernetes/customresourcedefinitions.gen.yaml",
    "sigs.k8s.io/gateway-api@v1.6.3": "config/crd/standard/gateway.networking.k8s.io_[gh]*.yaml",
}
# No registry has Linkerd's.
NOT_TO_BE_HAD = {
    ("policy.linkerd.io/v1alpha1", "AuthorizationPolicy"),
    ("policy.linkerd.io/v1alpha1", "MeshTLSAuthentication"),
    ("policy.linkerd.io/v1beta3", "Server"),
}


@functools.cache
def files():
    """The files of the definitions."""
    found = []
    for module, pattern in MODULES.items():
        # Outside any module, so that no go.mod of ours is asked.
        command = ["go", "mod", "download", "-json", module]
        outcome = subprocess.run(command, capture_output=True, text=True, cwd=tempfile.gettempdir())
        answer = json.loads(outcome.stdout or "{}")
        if "Dir" not in answer:
            raise FileNotFoundError(f"{module}: {answer.get('Error') or outcome.stderr}")
        matching = sorted(Path(answer["Dir"]).glob(pattern))
        assert matching, f"{module} has no {pattern}"
        found += matching
    return found


@functools.cache
def schemas():
    """By apiVersion and kind."""
    found = {}
    for file in files():
        for definition in yaml.safe_load_all(file.read_text()):
            if not definition or definition["kind"] != "CustomResourceDefinition":
                continue
            spec = definition["spec"]
            for version in spec["versions"]:
                schema = _closed(version["schema"]["openAPIV3Schema"])
                # The API server adds these to every kind.
                schema["properties"].update(apiVersion={"type": "string"}, kind={"type": "string"}, metadata={"type": "object"})
                found[f"{spec['group']}/{version['name']}", spec["names"]["kind"]] = schema
    return found


def _closed(schema):
    """The schema, in which what it does not name is an error, and Kubernetes' own words are JSON Schema's."""
    schema = dict(schema)
    if schema.pop("x-kubernetes-int-or-string", False):
        schema.pop("type", None)
        return schema
    if "pattern" in schema:
        # Go takes a flag anywhere, Python in front alone.
        schema["pattern"] = schema["pattern"].replace("^(?i)", "(?i)^")
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            schema[word] = _closed(schema[word])
    if "properties" in schema:
        schema["properties"] = {name: _closed(value) for name, value in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            schema.setdefault("additionalProperties", False)
    return schema


def validate(document):
    """Raises where the definition does not have the kind, a field or a value."""
    kind = document["apiVersion"], document["kind"]
    if kind not in schemas():
        raise KeyError(f"there is no definition of {kind}")
    jsonschema.validate(document, schemas()[kind], cls=jsonschema.Draft202012Validator)


def write(directory):
    """The schemas as files by GROUP_KIND_VERSION.json, all in lower case."""
    for (api_version, kind), schema in schemas().items():
        group, version = api_version.split("/")
        Path(directory, f"{group}_{kind}_{version}.json".lower()).write_text(json.dumps(schema))
