"""Every overlay and combination of components builds, to objects that Kubernetes 1.32 and 1.37 know in every field."""
import json
import subprocess
from pathlib import Path

import definitions
import jsonschema
import kubernetes_validate
import pytest
import rendered
import yaml

VERSIONS = ["1.32", "1.34", "1.37"]
SCHEMAS = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"


def check(documents):
    seen = set()
    for document in documents:
        kind = (document["apiVersion"], document["kind"])
        name = (*kind, document["metadata"]["name"])
        assert name not in seen, f"{name} twice"
        seen.add(name)
        if kind in definitions.NOT_TO_BE_HAD:
            continue
        if kind in definitions.schemas():
            definitions.validate(document)
            continue
        for version in VERSIONS:
            # An unknown kind raises as well.
            kubernetes_validate.validate(document, version, strict=True)


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_an_overlay_is_valid(name):
    check(rendered.overlay(name))


def test_every_component_is_in_a_combination():
    there = {path.name for path in (rendered.ROOT / "kustomize/components").iterdir()}
    assert there == {*rendered.DATABASES, *rendered.ENTRANCES, *rendered.OTHERS, *rendered.PARTS}


@pytest.mark.parametrize("components", rendered.combinations(), ids="+".join)
def test_a_combination_builds_and_keeps_its_peers(components):
    documents = rendered.combination(*components)
    names = [(document["apiVersion"], document["kind"], document["metadata"]["name"]) for document in documents]
    assert len(names) == len(set(names))
    # includeSelectors would put the common label into every peer, and so shut out those of other namespaces.
    for document in documents:
        if document["kind"] == "NetworkPolicy":
            assert "app.kubernetes.io/part-of" not in str(document["spec"]), document["metadata"]["name"]


@pytest.mark.parametrize("database", rendered.DATABASES)
@pytest.mark.parametrize("entrance", rendered.ENTRANCES)
def test_a_full_combination_is_valid(database, entrance):
    check(rendered.combination(database, entrance, *rendered.FULL))


@pytest.fixture(scope="session")
def defined(tmp_path_factory):
    """A folder of schemas as kubeconform wants them: one of each version of Kubernetes, and those of others."""
    directory = tmp_path_factory.mktemp("schemas")
    definitions.write(directory)
    for version in (VERSIONS[0], VERSIONS[-1]):
        own = directory / f"v{version}.0"
        own.mkdir()
        for file in (SCHEMAS / f"v{version}.0-local-strict").iterdir():
            schema = json.loads(file.read_text().replace('"/api/_definitions.json', '"_definitions.json'))
            schema.pop("$id", None)
            (own / file.name).write_text(json.dumps(schema))
    return directory


def kubeconform(documents, version, defined):
    """A second opinion, by another validator."""
    return subprocess.run([
        rendered.ROOT / "target/kubernetes/bin/kubeconform", "-strict", "-kubernetes-version", f"{version}.0",
        "-schema-location", f"{defined}/{{{{.NormalizedKubernetesVersion}}}}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json",
        "-schema-location", f"{defined}/{{{{.Group}}}}_{{{{.ResourceKind}}}}_{{{{.ResourceAPIVersion}}}}.json",
        "-skip", ",".join("/".join(kind) for kind in definitions.NOT_TO_BE_HAD),
    ], input=yaml.safe_dump_all(documents), capture_output=True, text=True)


@pytest.mark.parametrize("version", [VERSIONS[0], VERSIONS[-1]])
def test_kubeconform_agrees(version, defined):
    wholes = [rendered.overlay("dev"), rendered.overlay("prod"), rendered.combination("postgres-dev", "ingress", "linkerd")]
    wholes += [rendered.combination(database, entrance, *rendered.FULL)
               for database in rendered.DATABASES for entrance in rendered.ENTRANCES]
    outcome = kubeconform([document for whole in wholes for document in whole], version, defined)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.mark.parametrize("document", [
    {"apiVersion": "v1", "kind": "Service", "spec": {"portz": []}},
    {"apiVersion": "v9", "kind": "Thing"},
    {"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "spec": {"secretName": "x", "issuerRef": {"name": "x"}, "a": 1}},
    {"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "spec": {"secretName": 1, "issuerRef": {"name": "x"}}},
], ids=["field", "kind", "defined-field", "defined-type"])
def test_kubeconform_refuses(document, defined):
    outcome = kubeconform([{**document, "metadata": {"name": "x"}}], VERSIONS[-1], defined)
    assert outcome.returncode == 1, outcome.stdout + outcome.stderr


def test_an_unknown_field_or_kind_is_an_error():
    document = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": {"portz": []}}
    with pytest.raises(kubernetes_validate.ValidationError):
        check([document])
    with pytest.raises(kubernetes_validate.SchemaNotFoundError):
        check([{"apiVersion": "v9", "kind": "Thing", "metadata": {"name": "x"}}])
    with pytest.raises(jsonschema.ValidationError):
        check([{"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": {"name": "x"}, "spec": {"names": 1}}])


def test_what_is_generated_is_what_its_sources_give():
    rendered.run([rendered.ROOT / "kustomize/generate-egress", "--check"])


def test_drift_of_the_generated_policy_is_found():
    # In a copy, because the generator reads beside itself.
    copy = rendered.tree().parent
    table = copy / "src/preview/address/special-purpose.csv"
    table.parent.mkdir(parents=True)
    source = (rendered.ROOT / "src/preview/address/special-purpose.csv").read_text()
    table.write_text(source + "11.0.0.0/8,Added,test,deny\n")
    outcome = subprocess.run([copy / "kustomize/generate-egress", "--check"], capture_output=True, text=True)
    assert outcome.returncode != 0 and "internet.yaml" in outcome.stderr


def test_placeholders_keep_prod_from_being_taken():
    environment = {"PATH": f"{rendered.ROOT}/target/kubernetes/bin:/usr/bin:/bin"}
    outcome = subprocess.run(
        [rendered.ROOT / "kustomize/check-prod"], capture_output=True, text=True, env=environment
    )
    assert outcome.returncode == 1
    for left in ["203.0.113.10/32", "sha256:0000", "api.example.org", "2001:db8:10::/48"]:
        assert left in outcome.stderr, left
