"""The flows of flows.yaml hold in what the overlay renders, and each policy is needed for one of them."""
from pathlib import Path

import pytest
import rendered
import yaml
from connectivity import Connectivity

FLOWS = yaml.safe_load((Path(__file__).parent / "flows.yaml").read_text())
MANIFESTS = rendered.combination("postgres-dev", "service-tls", "ingress", "node-port", "monitoring")
POLICIES = [d["metadata"]["name"] for d in MANIFESTS if d["kind"] == "NetworkPolicy"]


def broken(documents):
    """The flows of the file that are not as it says."""
    connectivity = Connectivity(documents)
    return [f for f in FLOWS["allowed"] if not connectivity.permits(f)] + [
        f for f in FLOWS["forbidden"] if connectivity.permits(f)
    ]


def test_the_flows_are_as_the_file_says():
    assert len(FLOWS["forbidden"]) >= 30
    assert broken(MANIFESTS) == []


@pytest.mark.parametrize("policy", POLICIES)
def test_without_a_policy_a_flow_is_another(policy):
    assert broken([d for d in MANIFESTS if d["kind"] != "NetworkPolicy" or d["metadata"]["name"] != policy])


def test_without_any_policy_every_forbidden_flow_there_can_be_is_open():
    connectivity = Connectivity([d for d in MANIFESTS if d["kind"] != "NetworkPolicy"])
    assert [flow for flow in FLOWS["forbidden"] if not connectivity.permits(flow)] == []


@pytest.mark.parametrize("name", [("prod",), ("dev",)], ids="".join)
def test_the_worker_of_an_overlay_reaches_the_internet_and_nothing_else(name):
    connectivity = Connectivity(rendered.overlay(*name))
    for flows, expected in ((FLOWS["allowed"], True), (FLOWS["forbidden"], False)):
        for flow in flows:
            if flow.startswith("preview "):
                assert connectivity.permits(flow) is expected, flow


def test_prods_own_addresses_are_closed_to_the_worker():
    connectivity = Connectivity(rendered.overlay("prod"))
    own = (rendered.ROOT / "kustomize/overlays/prod/own-addresses.txt").read_text()
    addresses = [line.split("/")[0] for line in own.splitlines() if line and line[0] != "#"]
    assert addresses
    for address in addresses:
        assert not connectivity.permits(f"preview {address} 443"), address
