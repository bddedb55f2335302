"""What the policies of some manifests let through, as network-config-analyzer computes it."""
import ipaddress
import json
import re
import subprocess
import tempfile
from pathlib import Path

import rendered
import yaml

NAME = "app.kubernetes.io/name"
KINDS = {"Namespace", "Deployment", "StatefulSet", "Job", "CronJob", "Pod", "Service", "NetworkPolicy"}


class Connectivity:
    """Asked with `permits`; the places are names of flows.yaml."""

    def __init__(self, documents):
        with tempfile.TemporaryDirectory() as directory:
            strangers = list(yaml.safe_load_all((Path(__file__).parent / "strangers.yaml").read_text()))
            documents = [self._named(d) for d in documents if d["kind"] in KINDS]
            manifest = Path(directory, "all.yaml")
            manifest.write_text(yaml.safe_dump_all(documents + strangers))
            nca = rendered.ROOT / "target/kubernetes/venv/bin/nca"
            command = [nca, "--connectivity", "-r", manifest, "--output_format", "json", "--return_0"]
            answer = subprocess.run(
                [*map(str, command), "--output_endpoints", "deployments", "--print_ipv6"],
                check=True, capture_output=True, text=True,
            ).stdout
        # Lines of progress stand before and after.
        queries, _ = json.JSONDecoder().raw_decode(answer, answer.index("[\n"))
        self.rules = [rule for part in queries[0]["explanation"] for rule in part["rules"]]

    @staticmethod
    def _named(document):
        """Selectors by namespace rest on the label that the API server gives every one."""
        if document["kind"] == "Namespace":
            labels = {**document["metadata"].get("labels", {}), "kubernetes.io/metadata.name": document["metadata"]["name"]}
            return {**document, "metadata": {**document["metadata"], "labels": labels}}
        return document

    def permits(self, flow):
        source, target, port = flow.split()
        port, _, protocol = port.partition("/")
        return any(
            _is_in(rule, "src", source) and _is_in(rule, "dst", target)
            and _covers(rule["connection"], int(port), protocol or "TCP")
            for rule in self.rules
        )


def _is_in(rule, side, place):
    if place[0].isdigit() or ":" in place:
        address = ipaddress.ip_address(place)
        return any(address in ipaddress.ip_network(block) for block in rule.get(f"{side}_ip_block", []))
    namespace = {
        "ingress-controller": "ingress", "ingress-neighbour": "ingress", "prometheus": "monitoring",
        "monitoring-neighbour": "monitoring", "dns": "kube-system", "elsewhere": "elsewhere",
    }.get(place, "natter-api")
    if place in ("api", "preview", "database", "migrate", "retention"):
        place = f"natter-{place}"
    pods = rule.get(f"{side}_pods", [])
    return namespace in rule.get(f"{side}_ns", []) and any(
        pod in ("*", place) or "(" in pod and _fits(pod, place) for pod in pods
    )


def _fits(expression, place):
    """Whether a workload's name label fits what the tool writes for several, such as (has(a) and a not in (b,c))."""
    expression = expression[1:-1] if expression[0] == "(" else expression
    return any(all(_holds(term, place) for term in case.split(" and ")) for case in expression.split(" or "))


def _holds(term, place):
    label = place if place.startswith("natter-") else None
    match = re.fullmatch(r"(!?has)\(NAME\)|NAME(=|!=| in | not in )\(?([\w,-]+)\)?".replace("NAME", NAME), term)
    if not match:
        raise ValueError(f"what does {term} mean?")
    if match[1]:
        return (label is not None) == (match[1] == "has")
    return (label in match[3].split(",")) == (match[2] in ("=", " in "))


def _covers(connections, port, protocol):
    for connection in connections:
        if connection == "All connections":
            return True
        if protocol not in connection["protocols"].split(", "):
            continue
        if "dst_ports" not in connection:
            return True
        for ports in connection["dst_ports"]:
            first, _, last = str(ports).partition("-")
            if int(first) <= port <= int(last or first):
                return True
    return False
