"""Whether every crate of a program's bill of materials is locked: check-sbom.py CARGO_LOCK BILL..."""
import json
import sys
import tomllib

with open(sys.argv[1], "rb") as lock:
    locked = {(package["name"], package["version"]) for package in tomllib.load(lock)["package"]}
for bill in sys.argv[2:]:
    with open(bill) as file:
        listed = {(part["name"], part["version"]) for part in json.load(file)["components"]}
    assert len(listed) > 100, f"{bill} lists {len(listed)} crates"
    assert listed <= locked, f"{bill}: not in Cargo.lock: {listed - locked}"
