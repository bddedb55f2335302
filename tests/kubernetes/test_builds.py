"""Every overlay and combination of components builds, to objects that Kubernetes 1.32 and 1.37 know in every field."""
import subprocess

import kubernetes_validate
import pytest
import rendered

VERSIONS = ["1.32", "1.34", "1.37"]
# Kinds of others' definitions, which no schema here knows. Everything else has to be known.
DEFINED_ELSEWHERE = {
    ("cert-manager.io/v1", "Certificate"),
    ("external-secrets.io/v1", "ExternalSecret"),
    ("gateway.networking.k8s.io/v1", "Gateway"),
    ("gateway.networking.k8s.io/v1", "HTTPRoute"),
    ("monitoring.coreos.com/v1", "PodMonitor"),
    ("monitoring.coreos.com/v1", "PrometheusRule"),
    ("policy.linkerd.io/v1alpha1", "AuthorizationPolicy"),
    ("policy.linkerd.io/v1alpha1", "MeshTLSAuthentication"),
    ("policy.linkerd.io/v1beta3", "Server"),
    ("postgresql.cnpg.io/v1", "Cluster"),
    ("security.istio.io/v1", "AuthorizationPolicy"),
    ("security.istio.io/v1", "PeerAuthentication"),
}


def check(documents):
    seen = set()
    for document in documents:
        kind = (document["apiVersion"], document["kind"])
        name = (*kind, document["metadata"]["name"])
        assert name not in seen, f"{name} twice"
        seen.add(name)
        if kind in DEFINED_ELSEWHERE:
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


def test_an_unknown_field_or_kind_is_an_error():
    document = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": {"portz": []}}
    with pytest.raises(kubernetes_validate.ValidationError):
        check([document])
    with pytest.raises(kubernetes_validate.SchemaNotFoundError):
        check([{"apiVersion": "v9", "kind": "Thing", "metadata": {"name": "x"}}])


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
