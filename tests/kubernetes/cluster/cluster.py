"""The cluster that kubectl talks to, and Natter in it."""
import json
import os
import subprocess
import sys
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
NAMESPACE = "natter-api"
OVERLAY = ROOT / "kustomize" / os.environ.get("OVERLAY", "overlays/dev")
PROBE = "localhost/natter-probe:dev"


def run(*command, given=None, check=True, timeout=120):
    outcome = subprocess.run(
        [str(part) for part in command], input=given, capture_output=True, text=True, timeout=timeout
    )
    if check and outcome.returncode:
        raise AssertionError(f"{command}: {outcome.stdout}{outcome.stderr}")
    return outcome


def kubectl(*arguments, namespace=NAMESPACE, **options):
    return run("kubectl", "-n", namespace, *arguments, **options)


def get(kind, *arguments, namespace=NAMESPACE):
    return json.loads(kubectl("get", kind, *arguments, "-o", "json", namespace=namespace).stdout)


def pods(name, namespace=NAMESPACE):
    """The running pods of a workload that are not on their way out."""
    found = get("pods", "-l", f"app.kubernetes.io/name={name}", namespace=namespace)["items"]
    return [p for p in found if p["status"]["phase"] == "Running" and "deletionTimestamp" not in p["metadata"]]


def eventually(seconds, what, condition):
    """Asks until the answer is true, and gives it."""
    until = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < until, f"not within {seconds} s: {what}"
        time.sleep(0.2)


def inside(pod, script, container=None, namespace=NAMESPACE):
    """What a shell prints that runs beside the pod's container, in its network and with its processes."""
    name = f"probe-{uuid.uuid4().hex[:8]}"
    target = ["--target", container] if container else []
    kubectl("debug", pod, "--image", PROBE, "--image-pull-policy", "Never", "--profile", "restricted", "-c", name, *target,
            "--quiet", "--attach=false", "--", "/bin/busybox", "sh", "-c", script, namespace=namespace)

    def ended():
        states = get("pod", pod, namespace=namespace)["status"].get("ephemeralContainerStatuses", [])
        return [s for s in states if s["name"] == name and "terminated" in s["state"]]

    eventually(120, f"{script} in {pod}", ended)
    return kubectl("logs", pod, "-c", name, namespace=namespace).stdout


def connects(pod, targets, namespace=NAMESPACE):
    """Of these (address, port), those that the pod can open a TCP connection to."""
    tries = "\n".join(
        f"/bin/busybox timeout 3 /bin/busybox nc -w 2 {address} {port} < /dev/null > /dev/null 2>&1 "
        f"&& echo {address} {port} &" for address, port in targets
    )
    lines = inside(pod, f"{tries}\nwait", namespace=namespace).splitlines()
    return {(address, int(port)) for address, port in map(str.split, lines)}


def node_address():
    addresses = get("nodes")["items"][0]["status"]["addresses"]
    return next(a["address"] for a in addresses if a["type"] == "InternalIP")


def ready(*workloads, seconds=180):
    for workload in workloads or ("natter-api", "natter-preview"):
        kubectl("rollout", "status", f"deploy/{workload}", f"--timeout={seconds}s", timeout=seconds + 5)


def on_node(script):
    """Runs a script on the node, by the command NODE, such as `docker exec -i kind-control-plane`."""
    command = os.environ.get("NODE")
    assert command, "set NODE to a command that runs its arguments on the cluster's node"
    return run(*command.split(), "bash", "-c", script).stdout


def say(text):
    print(text, file=sys.stderr, flush=True)
