"""The README's walkthrough, line by line, through the ingress with TLS."""
import json
import re

from cluster import ROOT, kubectl, run

MARK = "\x1e"
VARYING = [
    (r"ntr[sc]_[A-Za-z0-9_-]+", "TOKEN"),
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID"),
    (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z", "TIME"),
]


def steps():
    section = (ROOT / "README.md").read_text().split("\n## Walk through\n")[1].split("\n## ")[0]
    found = []
    for block in re.findall(r"```console\n(.*?)\n```", section, re.S):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append([line[2:], ""])
            else:
                found[-1][1] += line + "\n"
    return found


def constant(text):
    for varying, name in VARYING:
        text = re.sub(varying, name, text)
    return text.strip()


def test_the_readme_walkthrough(address, ca):
    # Nothing but the address is another, and the site, which has to exist outside the cluster.
    def here(text):
        return text.replace("http://localhost:4567", "https://api.natter.local").replace(
            "https://example.com/", "http://outside-world.net/"
        )

    walk = steps()
    assert len(walk) > 15
    script = f"""
    curl() {{ command curl --cacert '{ca}' --resolve 'api.natter.local:443:{address}' "$@"; }}
    natter-api() {{ kubectl -n natter-api exec deploy/natter-api -c natter-api -- /bin/natter-api "$@"; }}
    """ + "".join(f"{here(command)}\nprintf '{MARK}'\n" for command, _ in walk)
    outcome = run("bash", "-c", script)
    assert outcome.stderr == ""
    for (command, expected), printed in zip(walk, outcome.stdout.split(MARK)):
        assert constant(printed) == constant(here(expected)), command


def test_the_document_in_the_pod_is_the_committed_one():
    printed = kubectl("exec", "deploy/natter-api", "--", "/bin/natter-api", "openapi").stdout
    assert json.loads(printed) == json.loads((ROOT / "openapi/natter-api.json").read_text())
    printed = kubectl("exec", "deploy/natter-preview", "--", "/bin/natter-preview", "openapi").stdout
    assert json.loads(printed) == json.loads((ROOT / "openapi/natter-preview.json").read_text())


def test_a_token_in_the_address_is_refused_over_plain_http(address):
    url = f"http://{address}:30567/spaces/0/messages?access_token=x"
    refused = run("curl", "-sS", "-H", "Host: api.natter.local:30567", url).stdout
    assert json.loads(refused)["status"] in (400, 403), refused
