"""Every overlay and combination of components builds, to objects that Kubernetes 1.32 and 1.37 know in every field."""
import json
import re
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


def database_urls(documents):
    return [d["data"]["NATTER_DATABASE__URL"] for d in documents if "NATTER_DATABASE__URL" in (d.get("data") or {})]


@pytest.mark.parametrize("database", ["postgres-dev", "cnpg"])
def test_the_database_has_the_name_that_its_clients_call(database):
    documents = rendered.combination(database, "ingress")
    urls = database_urls(documents)
    assert len(urls) == 3 and all("@natter-database-service:5432/" in url for url in urls)
    services = [d["metadata"]["name"] for d in documents if d["kind"] == "Service"]
    for cluster in (d["spec"] for d in documents if d["kind"] == "Cluster"):
        services += [s["serviceTemplate"]["metadata"]["name"] for s in cluster["managed"]["services"]["additional"]]
        assert cluster["certificates"]["serverAltDNSNames"] == ["natter-database-service"]
    assert "natter-database-service" in services


def test_a_database_outside_is_named_by_the_overlay():
    patches = [{"target": {"kind": "ConfigMap", "name": f"natter-{name}-settings"}, "patch": yaml.safe_dump([
        {"op": "replace", "path": "/data/NATTER_DATABASE__URL", "value": f"postgres://natter_{role}@db.test:5432/natter"},
    ])} for name, role in (("api", "api_user"), ("migrate", "migrate"), ("retention", "retention"))]
    documents = rendered.combination("external-database", "ingress", patches=patches)
    assert sorted(database_urls(documents)) == [
        f"postgres://natter_{role}@db.test:5432/natter" for role in ("api_user", "migrate", "retention")
    ]


def test_cloudnativepgs_roles_are_those_of_the_program():
    copies = [rendered.ROOT / path for path in ("src/store/engine/roles.sql", "kustomize/components/cnpg/roles.sql")]
    assert copies[0].read_bytes() == copies[1].read_bytes(), f"copy {copies[0]} to {copies[1]}"
    [cluster] = [d for d in rendered.overlay("prod") if d["kind"] == "Cluster"]
    [reference] = cluster["spec"]["bootstrap"]["initdb"]["postInitApplicationSQLRefs"]["configMapRefs"]
    [map_] = [d for d in rendered.overlay("prod") if d["kind"] == "ConfigMap" and d["metadata"]["name"] == reference["name"]]
    assert map_["data"][reference["key"]] == copies[0].read_text()
    for role in cluster["spec"]["managed"]["roles"]:
        assert f"ALTER ROLE {role['name']}\n" in copies[0].read_text()
        [attributes] = re.findall(rf"^ALTER ROLE {role['name']}\n +(.*);", copies[0].read_text(), re.M)
        assert f"CONNECTION LIMIT {role['connectionLimit']}" in attributes
        assert ("NOLOGIN" in attributes) is not role["login"] and "NOINHERIT" in attributes


def test_placeholders_keep_prod_from_being_taken():
    environment = {"PATH": f"{rendered.ROOT}/target/kubernetes/bin:/usr/bin:/bin"}
    outcome = subprocess.run(
        [rendered.ROOT / "kustomize/check-prod"], capture_output=True, text=True, env=environment
    )
    assert outcome.returncode == 1
    for left in ["203.0.113.10/32", "sha256:0000", "api.example.org", "2001:db8:10::/48"]:
        assert left in outcome.stderr, left
