"""What the overlays and components render is taken by the API server, with the definitions of others' kinds."""
import json

import definitions
import pytest
import rendered
import yaml
from cluster import run

ELSEWHERE = "natter-test-rendered"
WHOLE = {
    "dev": lambda: rendered.overlay("dev"),
    "prod": lambda: rendered.overlay("prod"),
    **{f"{database}-{entrance}": lambda parts=(database, entrance): rendered.combination(*parts, *rendered.FULL)
       for database in rendered.DATABASES for entrance in rendered.ENTRANCES},
}


@pytest.fixture(scope="module", autouse=True)
def defined():
    """The definitions that the cluster lacks, and a namespace as the base has it."""
    there = {d["metadata"]["name"] for d in json.loads(run("kubectl", "get", "crd", "-o", "json").stdout)["items"]}
    wanted = {kind for whole in WHOLE.values() for kind in ((d["apiVersion"].split("/")[0], d["kind"]) for d in whole())}
    added = [
        d for file in definitions.files() for d in yaml.safe_load_all(file.read_text())
        if d and d["kind"] == "CustomResourceDefinition" and (d["spec"]["group"], d["spec"]["names"]["kind"]) in wanted
        and d["metadata"]["name"] not in there
    ]
    text = yaml.safe_dump_all(added)
    if added:
        run("kubectl", "create", "-f", "-", given=text)
        run("kubectl", "wait", "--for=condition=Established", "--timeout=60s", "-f", "-", given=text)
    [namespace] = [d for d in rendered.overlay("prod") if d["kind"] == "Namespace"]
    namespace = {**namespace, "metadata": {**namespace["metadata"], "name": ELSEWHERE}}
    run("kubectl", "create", "-f", "-", given=json.dumps(namespace))
    yield
    run("kubectl", "delete", "namespace", ELSEWHERE, "--wait=false")
    if added:
        run("kubectl", "delete", "-f", "-", given=text)


@pytest.mark.parametrize("name", WHOLE)
def test_the_api_server_takes_it(name):
    documents = []
    for document in WHOLE[name]():
        metadata = dict(document["metadata"])
        if document["kind"] == "Namespace":
            continue
        if metadata.get("namespace") == "natter-api":
            metadata["namespace"] = ELSEWHERE
        else:
            metadata["name"] = f"test-{metadata['name']}"
        documents.append({**document, "metadata": metadata})
    outcome = run("kubectl", "create", "--dry-run=server", "--validate=strict", "-f", "-",
                  given=yaml.safe_dump_all(documents), check=False)
    # The port of the running system is taken; nothing else may be wrong, and no pod may be less than restricted.
    errors = [line for line in outcome.stderr.splitlines() if "provided port is already allocated" not in line]
    assert errors == []
    assert len(outcome.stdout.splitlines()) >= len(documents) - 1
