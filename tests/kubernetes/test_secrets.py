"""The ways in which production gets its Secrets, and keys are rotated."""
import base64
import os
import re
import subprocess

import pytest
import rendered
import yaml

SECRETS = rendered.tree() / "overlays/dev/secrets"
BIN = rendered.ROOT / "target/kubernetes/venv/bin"


@pytest.fixture(scope="module")
def sops(tmp_path_factory):
    """The environment in which SOPS has a key."""
    identity = tmp_path_factory.mktemp("age") / "identity"
    subprocess.run(["age-keygen", "-o", identity], check=True, capture_output=True)
    recipient = subprocess.run(["age-keygen", "-y", identity], check=True, capture_output=True, text=True).stdout.strip()
    return {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "SOPS_AGE_RECIPIENTS": recipient,
            "SOPS_AGE_KEY_FILE": str(identity)}


def test_sops_keeps_the_secrets_of_the_store(sops):
    encrypted = subprocess.run([rendered.ROOT / "kustomize/sops-secrets", SECRETS], env=sops, check=True,
                               capture_output=True, text=True).stdout
    for file in SECRETS.iterdir():
        for plain in (file.read_bytes(), file.read_bytes().strip()):
            assert base64.b64encode(plain).decode() not in encrypted and plain.decode() not in encrypted
    decrypted = subprocess.run([BIN / "sops", "decrypt", "--input-type", "yaml", "--output-type", "yaml", "/dev/stdin"],
                               env=sops, input=encrypted, check=True, capture_output=True, text=True).stdout
    made = {d["metadata"]["name"]: d for d in yaml.safe_load_all(decrypted)}
    wanted = {d["metadata"]["name"]: d for d in rendered.overlay("prod") if d["kind"] == "ExternalSecret"}
    assert made.keys() == wanted.keys()
    for name, secret in made.items():
        target = wanted[name]["spec"]["target"]
        keys = target.get("template", {}).get("data") or [d["secretKey"] for d in wanted[name]["spec"]["data"]]
        assert secret["data"].keys() == set(keys)
        assert secret["type"] == target.get("template", {}).get("type", "Opaque")
    row = (SECRETS / "row.keys").read_bytes()
    assert base64.b64decode(made["natter-key-row"]["data"]["row.keys"]) == row


def test_sops_says_what_is_missing(sops, tmp_path):
    outcome = subprocess.run([rendered.ROOT / "kustomize/sops-secrets", tmp_path], env=sops, capture_output=True, text=True)
    assert outcome.returncode == 1 and "session.keys is missing" in outcome.stderr and outcome.stdout == ""


def rotate(directory, *arguments):
    return subprocess.run([rendered.ROOT / "kustomize/rotate-key", *arguments], env={**os.environ, "SECRETS": str(directory)},
                          capture_output=True, text=True)


def test_a_key_verifies_before_it_signs(tmp_path):
    ring = tmp_path / "row.keys"
    ring.write_bytes((SECRETS / "row.keys").read_bytes())
    first = ring.read_text()

    def ids():
        return [int(line.split()[0]) for line in ring.read_text().splitlines()]

    assert rotate(tmp_path, "row").returncode == 0
    # The last one signs.
    assert ids() == [2, 1]
    assert "does not sign yet" in rotate(tmp_path, "row", "--retire").stderr
    assert rotate(tmp_path, "row").returncode == 0
    assert ids() == [1, 2] and first in ring.read_text()
    assert all(re.fullmatch(r"\d+ [\w-]{43} \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line) for line in ring.read_text().splitlines())
    assert ring.stat().st_mode & 0o777 == 0o600
    assert rotate(tmp_path, "row").returncode == 0
    assert ids() == [1, 3, 2]
    assert rotate(tmp_path, "row").returncode == 0 and rotate(tmp_path, "row", "--retire").returncode == 0
    assert ids() == [3]
    assert "there is no ring" in rotate(tmp_path, "rows").stderr
