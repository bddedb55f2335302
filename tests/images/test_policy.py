"""The images that .ci/images built keep the policy, and each rule finds an image that breaks it."""

import hashlib
import io
import json
import pathlib
import shutil
import tarfile
import tempfile
import unittest

import policy
from containers import IMAGES

KEY = b"-----BEGIN PRIVATE KEY-----\n" + b"A" * 64


class Policy(unittest.TestCase):
    def test_built_images_keep_it(self):
        for name in json.loads(policy.SETTINGS.read_text())["images"]:
            layout = IMAGES / name
            self.assertTrue(layout.is_dir(), f"{layout} is missing: run .ci/images")
            self.assertEqual([], policy.faults(name, layout), name)

    def broken(self, expected, **change):
        """An image of which one thing is changed is refused for that."""
        found = self.faults_with(**change)
        self.assertTrue(any(expected in fault for fault in found), f"{expected!r} is not in {found}")

    def faults_with(self, *, config=None, annotations=None, entry=None, data=b"", **attributes):
        with tempfile.TemporaryDirectory() as directory:
            layout = pathlib.Path(directory) / "image"
            shutil.copytree(IMAGES / "natter-preview", layout)
            read = lambda d: (layout / "blobs" / d["digest"].replace(":", "/")).read_bytes()

            def write(descriptor, content):
                descriptor["digest"] = "sha256:" + hashlib.sha256(content).hexdigest()
                descriptor["size"] = len(content)
                (layout / "blobs" / descriptor["digest"].replace(":", "/")).write_bytes(content)

            index = json.loads((layout / "index.json").read_text())
            manifest = json.loads(read(index["manifests"][0]))
            image = json.loads(read(manifest["config"]))
            if config:
                config(image)
            manifest["annotations"].update(annotations or {})
            if entry:
                layer = io.BytesIO()
                with tarfile.open(fileobj=layer, mode="w") as archive:
                    info = tarfile.TarInfo(entry)
                    info.mode, info.size = 0o755, len(data)
                    for key, value in attributes.items():
                        setattr(info, key, value)
                    archive.addfile(info, io.BytesIO(data))
                manifest["layers"].append({})
                write(manifest["layers"][-1], layer.getvalue())
            write(manifest["config"], json.dumps(image).encode())
            write(index["manifests"][0], json.dumps(manifest).encode())
            (layout / "index.json").write_text(json.dumps(index))
            return policy.faults("natter-preview", layout)

    def test_user(self):
        for user in ("", "0:0", "natter", "65532", "65532:0"):
            self.broken("is not a number", config=lambda image: image["config"].update(User=user))

    def test_config(self):
        self.broken("not the fixed", config=lambda image: image.update(created="2026-01-01T00:00:00Z"))
        self.broken("Entrypoint is", config=lambda image: image["config"].update(Entrypoint=["/bin/other"]))
        self.broken("Env is", config=lambda image: image["config"]["Env"].append("NATTER_SECRET=1"))
        self.broken("the annotations are", annotations={"org.opencontainers.image.revision": "1234"})

    def test_files(self):
        self.broken("is setuid", entry="bin/natter-preview", mode=0o4755)
        self.broken("may be written by others", entry="bin/natter-preview", mode=0o777)
        self.broken("not to root", entry="bin/natter-preview", uid=65532)
        self.broken("is a shell", entry="bin/sh")
        self.broken("package manager", entry="bin/apk")
        self.broken("not on the list", entry="usr/bin/perl")
        self.broken("neither a file", entry="dev/null", type=tarfile.CHRTYPE)
        self.broken("private key", entry="bin/natter-preview", data=KEY)
        self.broken("Nix store", entry="bin/natter-preview", data=b"/nix/store/" + b"a" * 32 + b"-glibc")
        self.broken("time of its build", entry="bin/natter-preview", data=b"\0Nov 26 2026\0")
        self.assertEqual([], self.faults_with(entry="bin/natter-preview", data=b"\0Jan  1 1970\0"))
        led_nowhere = b"/nix/store/" + b"e" * 32 + b"-vendor"
        self.assertEqual([], self.faults_with(entry="bin/natter-preview", data=led_nowhere))
        self.assertEqual([], self.faults_with(entry="./", type=tarfile.DIRTYPE))
        directory = self.faults_with(entry="nix", type=tarfile.DIRTYPE)
        self.assertFalse(any("shell or a package manager" in fault for fault in directory), directory)
        self.broken("shell or a package manager", entry="nix")
        self.broken("may be written by others", entry="./", type=tarfile.DIRTYPE, mode=0o777)
        self.broken("more than", entry="bin/natter-preview", data=bytes(16_000_000))


if __name__ == "__main__":
    unittest.main()
