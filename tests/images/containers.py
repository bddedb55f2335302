"""Containers of the images that .ci/images built, as locked up as in production: podman with runc."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
# A folder of images, as for tests/kubernetes/cluster.
IMAGES = pathlib.Path(os.environ.get("IMAGES", ROOT / "target" / "images"))
UID = json.loads((ROOT / "nix" / "images.json").read_text())["uid"]
# A limit above the machine's own cannot be asked for without CAP_SYS_RESOURCE, which podman's defaults would.
LOCKED_UP = [
    "--read-only", "--read-only-tmpfs=false", "--cap-drop=ALL", "--security-opt=no-new-privileges",
    "--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024", "--pids-limit=256",
]


class Containers:
    """A store of images and containers of its own; leaving it removes all of it."""

    def __enter__(self):
        for tool in ("podman", "runc"):
            if not shutil.which(tool, path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
                raise AssertionError(f"{tool} is missing: .ci/install installs it")
        if os.geteuid():
            raise AssertionError("run as root: containers of a user would need a range of further user ids")
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="natter-images-"))
        self.directory.chmod(0o755)
        self.names = []
        return self

    def __exit__(self, *_):
        for name in reversed(self.names):
            self.podman("rm", "--force", "--time=10", name, check=False)
        self.podman("rmi", "--all", "--force", check=False)
        shutil.rmtree(self.directory)

    def command(self):
        """How podman is called for this store."""
        store = ["--root", self.directory / "store", "--runroot", self.directory / "run"]
        return ["podman", *map(str, store), "--runtime", "runc", "--cgroup-manager", "cgroupfs", "--events-backend", "none"]

    def podman(self, *arguments, check=True):
        outcome = subprocess.run(
            [*self.command(), *map(str, arguments)], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL
        )
        if check and outcome.returncode:
            raise AssertionError(f"podman {arguments}: {outcome.stdout}{outcome.stderr}")
        return outcome

    def load(self, image):
        archive = IMAGES / f"{image}.tar"
        assert archive.exists(), f"{archive} is missing: run .ci/images"
        self.podman("load", "--quiet", "--input", archive)

    def run(self, image, network, *options, command=(), check=True):
        """Runs `image` to its end."""
        return self.podman("run", "--rm", "--network", network, *LOCKED_UP, *options, f"{image}:dev", *command, check=check)

    def start(self, image, network, *options, command=()):
        """Starts `image` in the background and gives the id of its first process on this machine."""
        self.names.append(image)
        self.podman("run", "--detach", "--name", image, "--network", network, *LOCKED_UP, *options, f"{image}:dev", *command)
        return int(self.podman("inspect", "--format", "{{.State.Pid}}", image).stdout)

    def healthy(self, image):
        """Whether the image's own healthcheck says so."""
        check = json.loads((ROOT / "nix" / "images.json").read_text())["images"][image]["healthcheck"]
        return self.podman("exec", image, *check, check=False).returncode == 0

    def resolv_conf(self, server):
        """The option that gives a container this name server: one without a network has none."""
        file = self.directory / "resolv.conf"
        file.write_text(f"nameserver {server}\n")
        return [f"--volume={file}:/etc/resolv.conf:ro"]

    def secrets(self, name, files):
        """A directory that user 65532 alone may read, with these files."""
        directory = self.directory / name
        directory.mkdir(mode=0o700)
        for file, source in files.items():
            shutil.copyfile(source, directory / file)
            os.chmod(directory / file, 0o400)
            os.chown(directory / file, UID, UID)
        os.chown(directory, UID, UID)
        return directory
