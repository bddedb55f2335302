"""The README's walkthrough, line by line, through the ingress with TLS."""
import json

from cluster import ROOT, kubectl, run
from walkthrough import walk


def test_the_readme_walkthrough(address, ca):
    # Nothing but the address is another, and the site, which has to exist outside the cluster.
    prelude = f"""
    curl() {{ command curl --cacert '{ca}' --resolve 'api.natter.local:443:{address}' "$@"; }}
    natter-api() {{ kubectl -n natter-api exec deploy/natter-api -c natter-api -- /bin/natter-api "$@"; }}
    """
    walk(prelude, {
        "http://localhost:4567": "https://api.natter.local",
        "https://example.com/": "http://outside-world.net/",
    })


def test_the_document_in_the_pod_is_the_committed_one():
    printed = kubectl("exec", "deploy/natter-api", "--", "/bin/natter-api", "openapi").stdout
    assert json.loads(printed) == json.loads((ROOT / "openapi/natter-api.json").read_text())
    printed = kubectl("exec", "deploy/natter-preview", "--", "/bin/natter-preview", "openapi").stdout
    assert json.loads(printed) == json.loads((ROOT / "openapi/natter-preview.json").read_text())


def test_a_token_in_the_address_is_refused_over_plain_http(address):
    url = f"http://{address}:30567/spaces/0/messages?access_token=x"
    refused = run("curl", "-sS", "-H", "Host: api.natter.local:30567", url).stdout
    assert json.loads(refused)["status"] in (400, 403), refused
