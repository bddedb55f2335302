"""The bill of materials beside a program's image has every crate that cargo builds into it, and none that is not locked.

It may have more: cargo's metadata, which the programs' own list is made from, also has optional crates that a weak feature
names and nothing turns on.
"""

import json
import subprocess
import tomllib
import unittest

from containers import IMAGES, ROOT

TARGET = "x86_64-unknown-linux-gnu"
PROGRAMS = {"natter-api": [], "natter-preview": ["--no-default-features"]}


class BillOfMaterials(unittest.TestCase):
    def test_it_has_what_is_built_in_and_nothing_that_is_not_locked(self):
        lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
        locked = {(package["name"], package["version"]) for package in lock["package"]}
        for name, features in PROGRAMS.items():
            bill = json.loads((IMAGES / f"{name}.cdx.json").read_text())
            self.assertEqual("CycloneDX", bill["bomFormat"])
            listed = {(part["name"], part["version"]) for part in bill["components"]}
            tree = subprocess.run(
                ["cargo", "tree", "--locked", "--offline", "--target", TARGET, "--edges", "normal,build", "--prefix", "none",
                 "--format", "{p}", "--no-dedupe", *features],
                cwd=ROOT, check=True, capture_output=True, text=True,
            ).stdout
            resolved = set()
            for line in tree.splitlines():
                crate, version = line.split()[:2]
                if crate != "natter":
                    resolved.add((crate, version.removeprefix("v")))
            self.assertEqual(set(), resolved - listed, f"{name}: not listed")
            self.assertEqual(set(), listed - locked, f"{name}: not in Cargo.lock")
            self.assertGreater(len(resolved), 100)


if __name__ == "__main__":
    unittest.main()
