#!/usr/bin/env python3
"""Holds an image (an OCI layout) against nix/images.json: policy.py NAME LAYOUT. Prints every fault; 1 if there is one."""

import fnmatch
import hashlib
import json
import pathlib
import re
import sys
import tarfile

SETTINGS = pathlib.Path(__file__).parents[2] / "nix" / "images.json"
SHELLS = {"sh", "ash", "bash", "dash", "zsh", "busybox", "toybox"}
INSTALLERS = {"apt", "apt-get", "dpkg", "apk", "rpm", "dnf", "nix", "nix-store"}
SECRET = re.compile(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}")
# As a C compiler writes __DATE__; one that was told a time was told one long ago.
BUILD_DATE = re.compile(rb"\0(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ 1-3][0-9] 2[0-9]{3}\0")
# With Nix, a path that was made to lead nowhere has such letters in the place of its hash.
STORE_PATH = re.compile(rb"/nix/store/(?!e{32})[0-9a-z]{32}-")


def faults(name, layout):
    """Every rule that the image at `layout` breaks, as sentences."""
    settings = json.loads(SETTINGS.read_text())
    wanted = settings["images"][name]
    layout = pathlib.Path(layout)
    found = []

    def blob(descriptor):
        data = (layout / "blobs" / descriptor["digest"].replace(":", "/")).read_bytes()
        if f"sha256:{hashlib.sha256(data).hexdigest()}" != descriptor["digest"]:
            found.append(f"{descriptor['digest']} is not the digest of its blob")
        return data

    manifest = json.loads(blob(json.loads((layout / "index.json").read_text())["manifests"][0]))
    image = json.loads(blob(manifest["config"]))
    config = image["config"]
    if not re.fullmatch(r"[1-9][0-9]{3,}:[1-9][0-9]{3,}", config.get("User", "")):
        found.append(f"the user {config.get('User')!r} is not a number above 999 with such a group")
    if image.get("created") != settings["created"]:
        found.append(f"created {image.get('created')} is not the fixed {settings['created']}")
    for key in ("Entrypoint", "Cmd", "Env", "User", "StopSignal"):
        if config.get(key) != wanted["config"].get(key):
            found.append(f"{key} is {config.get(key)}, not {wanted['config'].get(key)}")
    if manifest.get("annotations") != wanted["annotations"]:
        found.append(f"the annotations are {manifest.get('annotations')}, not {wanted['annotations']}")

    size, names = 0, set()
    for descriptor in manifest["layers"]:
        blob(descriptor)
        with tarfile.open(layout / "blobs" / descriptor["digest"].replace(":", "/")) as layer:
            for entry in layer:
                path = "" if entry.name == "." else entry.name.removeprefix("./").rstrip("/")
                names.add(path)
                size += entry.size
                own = wanted["own"].get(path)
                base = path.rsplit("/", 1)[-1]
                if entry.mode & 0o6000:
                    found.append(f"{path} is setuid or setgid")
                if not (entry.isfile() or entry.isdir() or entry.issym()):
                    found.append(f"{path} is neither a file, a directory nor a link")
                if entry.mode & 0o022 and not entry.issym() and own is None:
                    found.append(f"{path} may be written by others")
                if (entry.uid or entry.gid) and own is None:
                    found.append(f"{path} belongs to {entry.uid}:{entry.gid}, not to root")
                # A directory runs nothing: the database's files of the store are in one named nix.
                if not entry.isdir() and (base in INSTALLERS or (base in SHELLS and path not in wanted["shell"])):
                    found.append(f"{path} is a shell or a package manager")
                allowed = any(fnmatch.fnmatchcase(path, pattern) for pattern in wanted["paths"])
                if not allowed and not (entry.isdir() and any(_above(path, p) for p in wanted["paths"])):
                    found.append(f"{path} is not on the list of paths")
                if entry.isfile():
                    data = layer.extractfile(entry).read()
                    # A library may carry the key of its self-test (libgnutls does).
                    if SECRET.search(data) and not path.startswith("usr/lib/"):
                        found.append(f"{path} holds a private key")
                    if name != "natter-database" and BUILD_DATE.search(data):
                        found.append(f"{path} holds the time of its build")
                    if name != "natter-database" and STORE_PATH.search(data):
                        found.append(f"{path} refers to the Nix store")
    for path in [config["Entrypoint"][0], *(p for p in wanted["paths"] if "certificates" in p)]:
        if path.lstrip("/") not in names:
            found.append(f"{path} is missing")
    if size > wanted["budget_bytes"]:
        found.append(f"{size} bytes are more than {wanted['budget_bytes']}")
    return found


def _above(path, pattern):
    """Whether `pattern` can match something below the directory `path`; the root is ""."""
    if not path:
        return True
    parts, allowed = path.split("/"), pattern.split("/")
    shared = list(zip(parts, allowed))
    return all(fnmatch.fnmatchcase(a, b) for a, b in shared) and (len(parts) < len(allowed) or allowed[-1] == "*")


if __name__ == "__main__":
    problems = faults(sys.argv[1], sys.argv[2])
    for problem in problems:
        print(f"{sys.argv[1]}: {problem}", file=sys.stderr)
    sys.exit(bool(problems))
