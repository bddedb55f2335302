"""Rollouts, evictions and kills while requests come in."""
import json
import threading
import time

import pytest
from board import Board
from cluster import OVERLAY, ROOT, eventually, get, kubectl, on_node, pods, ready, run, say


class Load:
    """Clients that post and read without a pause, and log in anew now and then, until the block ends."""

    def __init__(self, address, ca, clients=4):
        self.first = Board(address, ca).join("loader")
        self.messages = self.first.space("loader")
        self.answers, self.failures, self.posted = 0, [], []
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=self._client, args=(n, address, ca)) for n in range(clients)]

    def _client(self, number, address, ca):
        board, count = Board(address, ca), 0
        board.token = self.first.token
        while not self.stopped.is_set():
            count += 1
            text = f"{number}-{count}"
            try:
                # Its token may be made by one pod, and shown to another.
                if count % 5 == 0 and (refused := board.log_in("loader"))[0] != 201:
                    self.failures.append((time.monotonic(), *refused))
                    continue
                status, answer = board.call("POST", self.messages, {"author": "loader", "message": text})
                if status == 201:
                    self.posted.append((answer["uri"], text))
                    status, answer = board.call("GET", answer["uri"])
                if status != 200:
                    self.failures.append((time.monotonic(), status, answer))
            except (OSError, ValueError) as error:
                self.failures.append((time.monotonic(), repr(error)))
            self.answers += 1

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def lost(self):
        """What was acknowledged and is no longer there."""
        found = []
        for uri, text in self.posted:
            status, answer = eventually(60, f"an answer about {uri}", lambda: self._asked(uri))
            if status != 200 or answer["message"] != text:
                found.append((text, status, answer))
        return found

    def _asked(self, uri):
        """The API's answer. While no pod is ready the ingress controller answers itself, also with 404 as text: that
        says nothing about a message."""
        status, answer = self.first.call("GET", uri)
        return (status, answer) if isinstance(answer, dict) and status < 500 else None


@pytest.fixture
def load(address, ca):
    return Load(address, ca)


@pytest.mark.parametrize("workload", ["natter-preview", "natter-api"])
def test_a_rollout_fails_no_request(workload, load):
    with load:
        kubectl("rollout", "restart", f"deploy/{workload}")
        ready(workload)
    say(f"rollout of {workload}: {load.answers} posted and read, {len(load.failures)} failed")
    assert load.answers > 50 and load.failures == []


@pytest.mark.parametrize("workload", ["natter-preview", "natter-api"])
def test_evictions_one_by_one_fail_no_request(workload, load):
    with load:
        for pod in pods(workload):
            name = pod["metadata"]["name"]
            eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": "natter-api"}}
            path = f"/api/v1/namespaces/natter-api/pods/{name}/eviction"
            run("kubectl", "create", "--raw", path, "-f", "-", given=json.dumps(eviction))
            kubectl("wait", "--for=delete", f"pod/{name}", "--timeout=90s")
            ready(workload)
    say(f"eviction of {workload}: {load.answers} posted and read, {len(load.failures)} failed")
    assert load.answers > 50 and load.failures == []


def apply():
    kubectl("delete", "job", "natter-migrate", "--ignore-not-found", "--wait")
    kubectl("apply", "-k", OVERLAY)
    ready()


def test_a_rotated_key_and_new_certificates_fail_no_request(load):
    secrets, before = OVERLAY / "secrets", load.first
    # The database's own stays: its one pod restarts for a new one.
    for name in ("api", "preview", "preview-client"):
        for end in ("key", "crt"):
            (secrets / f"{name}.{end}").unlink()
    with load:
        run(ROOT / "kustomize/make-secrets")
        say(run(ROOT / "kustomize/rotate-key", "session").stdout)
        apply()
        say(run(ROOT / "kustomize/rotate-key", "session").stdout)
        apply()
    say(f"rotation: {load.answers} posted and read, {len(load.failures)} failed")
    assert load.answers > 50 and load.failures == []
    # A token of the older key is good, and new ones are the new key's.
    assert before.call("GET", load.messages)[0] == 200
    number = max(int(line.split()[0]) for line in (secrets / "session.keys").read_text().splitlines())
    assert number > 1 and (secrets / "session.keys").read_text().splitlines()[-1].startswith(f"{number} ")


def kill(pod):
    """SIGKILL for the container's first process, from the node, where it can be sent."""
    container = pod["status"]["containerStatuses"][0]["containerID"].split("//")[1]
    on_node(f"for p in $(grep -l {container} /proc/[0-9]*/cgroup 2>/dev/null); do "
            "p=${p#/proc/}; p=${p%/cgroup}; [ \"$(grep ^NSpid /proc/$p/status | awk '{print $NF}')\" = 1 ] "
            "&& kill -9 $p; done; true")


@pytest.mark.parametrize("workload", ["natter-preview", "natter-api", "natter-database"])
def test_a_killed_process_comes_back_and_nothing_acknowledged_is_lost(workload, load):
    victim = pods(workload)[0]
    name = victim["metadata"]["name"]
    before = victim["status"]["containerStatuses"][0]["restartCount"]
    with load:
        began = time.monotonic()
        kill(victim)
        while True:
            state = get("pod", name)["status"]["containerStatuses"][0]
            if state["restartCount"] > before and state["ready"]:
                break
            assert time.monotonic() < began + 120, "the pod does not come back"
            time.sleep(0.1)
        back = time.monotonic() - began
        # Somebody is answered again.
        answered = len(load.posted)
        while len(load.posted) == answered:
            assert time.monotonic() < began + 180, "nobody is answered any more"
            time.sleep(0.1)
        whole = time.monotonic() - began
    last = max((failure[0] - began for failure in load.failures), default=0)
    lost = load.lost()
    say(f"kill -9 of {workload}: ready after {back:.1f} s, answers after {whole:.1f} s, {len(load.posted)} posted, "
        f"{len(load.failures)} failed (the last at {last:.1f} s), lost {lost}")
    assert lost == []
    if workload == "natter-preview":
        assert load.failures == []
