"""The images run, as locked up as in production: user 65532, a read-only root, no capability, no network but loopback.

The three share one network namespace in which a name server and a site answer; there the README's walkthrough is run.
Start times and memory are printed.
"""
import contextlib
import json
import pathlib
import subprocess
import sys
import time
import unittest
import urllib.request

import internet
from containers import ROOT, UID, Containers
from walkthrough import walk

API, WORKER, DATABASE = "natter-api", "natter-preview", "natter-database"
# The name in the database's certificate.
DATABASE_HOST = "natter-database-service"
SECRETS = "/run/secrets"


def env(**settings):
    return [f"--env=NATTER_{name}={value}" for name, value in settings.items()]


def tmpfs(path, mode="0700"):
    return ["--mount", f"type=tmpfs,tmpfs-mode={mode},destination={path},U=true"]


def status(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, value in (line.split(":", 1) for line in lines)}


def resident(pid):
    """The memory of a process and its children, each shared page counted once, in MB."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    total = 0
    for process in [pid, *children]:
        for line in pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1000


def seconds_until(ready, started, patience=30):
    while not ready():
        assert time.monotonic() < started + patience, f"not ready within {patience} s"
        time.sleep(0.01)
    return time.monotonic() - started


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


class Alone(unittest.TestCase):
    """What needs no network has none."""

    @classmethod
    def setUpClass(cls):
        cls.containers = cls.enterClassContext(Containers())
        for image in (API, WORKER):
            cls.containers.load(image)

    def test_the_document_in_the_image_is_the_committed_one(self):
        for image in (API, WORKER):
            printed = self.containers.run(image, "none", command=["openapi"]).stdout
            self.assertEqual(json.loads((ROOT / f"openapi/{image}.json").read_text()), json.loads(printed))

    def test_a_saved_page_is_read(self):
        page = self.containers.directory / "page.html"
        page.write_bytes(internet.PAGE)
        page.chmod(0o444)
        ran = self.containers.run(
            WORKER, "none", f"--volume={page}:/page.html:ro", command=["extract", "/page.html", "--url", "https://example.com/"]
        )
        self.assertEqual("Example Domain", json.loads(ran.stdout)["title"])

    def test_no_name_server_is_named(self):
        ran = self.containers.run(WORKER, "none", command=["fetch", "https://example.com/"], check=False)
        self.assertEqual(1, ran.returncode)
        self.assertIn("mount an /etc/resolv.conf", ran.stderr)

    def test_data_need_a_volume(self):
        refused = self.containers.run(API, "none", check=False)
        self.assertNotEqual(0, refused.returncode)
        self.assertIn("data", refused.stderr)
        self.assertIn("Read-only file system", refused.stderr)


    def test_the_api_alone_with_a_volume(self):
        names = self.containers.resolv_conf(internet.RESOLVER)
        process = self.containers.start(API, "none", *tmpfs("/data"), *names)
        with internet.namespace_of(process):
            seconds_until(lambda: answers("http://localhost:4567/docs"), time.monotonic())
        self.assertTrue(self.containers.healthy(API))


class Together(unittest.TestCase):
    def test_the_walkthrough_with_all_three(self):
        with Containers() as containers, contextlib.ExitStack() as namespace:
            before = time.monotonic()
            for image in (DATABASE, WORKER, API):
                containers.load(image)
            print(f"\nloading the archives took {time.monotonic() - before:.1f} s", file=sys.stderr)
            self.together(containers, namespace)

    def together(self, containers, namespace):
        made = containers.directory / "made"
        subprocess.run([ROOT / "kustomize/make-secrets", made], check=True, capture_output=True)
        hosts = containers.directory / "hosts"
        hosts.write_text(f"127.0.0.1 localhost {DATABASE_HOST}\n")
        system = [f"--volume={hosts}:/etc/hosts:ro", *containers.resolv_conf(internet.RESOLVER)]

        roles = ("natter_migrate", "natter_api_user", "natter_retention")
        secrets = containers.secrets(
            "database",
            {f"{role}.password": made / f"{role}.password" for role in roles}
            | {"server.crt": made / "database.crt", "server.key": made / "database.key"},
        )
        started = time.monotonic()
        database = containers.start(
            DATABASE, "none", f"--volume={secrets}:{SECRETS}/natter-database:ro",
            *tmpfs("/var/lib/postgresql/data"), *tmpfs("/run/postgresql"), *tmpfs("/tmp"),
        )
        namespace.enter_context(internet.namespace_of(database))
        internet.start()
        took = {DATABASE: seconds_until(lambda: containers.healthy(DATABASE), started)}

        def client(role):
            directory = containers.secrets(role, {"password": made / f"{role}.password", "ca.crt": made / "ca.crt"})
            return [f"--volume={directory}:{SECRETS}/natter-database:ro", *env(
                DATABASE__URL=f"postgres://{role}@{DATABASE_HOST}/natter",
                DATABASE__PASSWORD_FILE=f"{SECRETS}/natter-database/password",
                DATABASE__CA_FILE=f"{SECRETS}/natter-database/ca.crt",
            )]

        shared = f"container:{DATABASE}"
        containers.run(API, shared, *system, *client("natter_migrate"), command=["migrate"])

        started = time.monotonic()
        worker = containers.start(WORKER, shared, *system)
        took[WORKER] = seconds_until(lambda: answers("http://localhost:4570/ready"), started)

        rings = containers.secrets("keys", {file.name: file for file in made.glob("*.keys")})
        started = time.monotonic()
        api = containers.start(
            API, shared, *system, *client("natter_api_user"), f"--volume={rings}:{SECRETS}/natter-api/keys:ro",
            *env(
                KEYS__DIRECTORY=f"{SECRETS}/natter-api/keys", PREVIEW__SERVICE_URL="http://localhost:4569",
                AUDIT__CHECKPOINT_FILE="", AUDIT__CHECKPOINT_LOG="true",
                # On a busy machine a card takes longer than a reader waits.
                PREVIEW__WAIT_MS="10000",
            ),
        )
        took[API] = seconds_until(lambda: answers("http://localhost:4568/ready"), started)

        processes = {DATABASE: database, WORKER: worker, API: api}
        for image, process in processes.items():
            self.locked_up(image, process)
            self.assertTrue(containers.healthy(image), image)

        store = " ".join(f"'{part}'" for part in containers.command())
        steps = walk(
            f"natter-api() {{ {store} exec {API} /bin/natter-api \"$@\"; }}",
            {"https://example.com/": "http://example.com/"},
        )
        print(f"the README's walkthrough: {steps} commands", file=sys.stderr)
        for image, process in processes.items():
            print(f"{image}: ready {took[image]:.2f} s after podman run, {resident(process):.1f} MB", file=sys.stderr)
        for image in (API, WORKER, DATABASE):
            containers.podman("stop", "--time", "20", image)
            code = containers.podman("inspect", "--format", "{{.State.ExitCode}}", image).stdout.strip()
            self.assertEqual("0", code, f"{image} does not stop when it is asked to")

    def locked_up(self, image, process):
        """What the kernel says of the image's process."""
        said = status(process)
        self.assertEqual([str(UID)] * 4, said["Uid"].split(), image)
        self.assertEqual([str(UID)] * 4, said["Gid"].split(), image)
        for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(0, int(said[name], 16), f"{image}: {name}")
        self.assertEqual("1", said["NoNewPrivs"], image)
        self.assertEqual("2", said["Seccomp"], image)
        mounts = pathlib.Path(f"/proc/{process}/mountinfo").read_text().splitlines()
        root = next(line.split() for line in mounts if line.split()[4] == "/")
        self.assertIn("ro", root[5].split(","), image)
        links = pathlib.Path(f"/proc/{process}/net/dev").read_text().splitlines()[2:]
        self.assertEqual(["lo"], [line.split(":")[0].strip() for line in links], image)


if __name__ == "__main__":
    unittest.main()
