"""The development database is lost with its volume, and restored from a backup."""
import pytest
from board import Board
from cluster import ROOT, eventually, kubectl, pods, ready, run, say


@pytest.fixture
def board(address, ca):
    return Board(address, ca).join("keeper")


def test_a_lost_database_is_restored(board, tmp_path):
    backup = tmp_path / "natter.dump"
    messages = board.space("keeper")
    kept = [board.call("POST", messages, {"author": "keeper", "message": f"kept {n}"})[1]["uri"] for n in range(5)]
    say(run(ROOT / "kustomize/database", "backup", backup).stdout)
    status, later = board.call("POST", messages, {"author": "keeper", "message": "after the backup"})
    assert status == 201

    kubectl("scale", "statefulset/natter-database", "--replicas=0")
    kubectl("wait", "--for=delete", "pod/natter-database-0", "--timeout=90s")
    volume = kubectl("get", "pvc", "data-natter-database-0", "-o", "jsonpath={.metadata.uid}").stdout
    kubectl("delete", "pvc", "data-natter-database-0", timeout=100)
    kubectl("scale", "statefulset/natter-database", "--replicas=1")
    kubectl("rollout", "status", "statefulset/natter-database", "--timeout=180s", timeout=190)
    assert kubectl("get", "pvc", "data-natter-database-0", "-o", "jsonpath={.metadata.uid}").stdout != volume

    say(run(ROOT / "kustomize/database", "restore", backup, timeout=300).stdout)
    ready()
    # The token of before is good, the five are there, the one after is not.
    eventually(30, "the API answers", lambda: board.call("GET", kept[0])[0] == 200)
    assert [board.call("GET", uri)[1]["message"] for uri in kept] == [f"kept {n}" for n in range(5)]
    assert board.call("GET", later["uri"])[0] in (403, 404)
    assert board.call("POST", messages, {"author": "keeper", "message": "and on"})[0] == 201
    verified = kubectl("exec", pods("natter-api")[0]["metadata"]["name"], "--", "/bin/natter-api", "admin", "verify-audit")
    say(verified.stdout)
    assert "rows" in verified.stdout
