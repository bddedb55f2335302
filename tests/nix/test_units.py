"""The units of the NixOS module, as systemd understands them, and how much of the machine it says that they leave open.

They are evaluated with the stand-in for nixpkgs (units.nix), and judged without being started.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent
# What `systemd-analyze security` may say at most, in tenths: 0 is nothing open, 100 everything.
EXPOSURE = 15


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120)


def evaluated(store):
    said = run(
        "nix", "--extra-experimental-features", "nix-command", "--option", "build-users-group", "", "--store", store,
        "eval", "--json", "--file", HERE / "units.nix",
    )
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout)


def text(unit):
    """The unit's file, as NixOS writes it: a line for each part of a list."""

    def lines(settings):
        for name, value in settings.items():
            for part in value if isinstance(value, list) else [value]:
                yield f"{name}={str(part).lower() if isinstance(part, bool) else part}"

    head = {"Description": unit["description"]}
    head |= {key.capitalize(): " ".join(unit[key]) for key in ("after", "before", "wants") if key in unit}
    environment = [f"Environment={name}={value}" for name, value in unit["environment"].items()]
    return "\n".join(["[Unit]", *lines(head), "[Service]", *environment, *lines(unit["serviceConfig"]), ""])


class Units(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for tool in ("nix", "systemd-analyze"):
            assert shutil.which(tool), f"{tool} is missing: .ci/install installs it"
        cls.directory = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.made = evaluated(cls.directory / "store")
        # Stand for the programs, which have to be there.
        programs = cls.directory / "bin"
        programs.mkdir()
        for program in ("natter-api", "natter-preview", "install"):
            (programs / program).symlink_to("/bin/true")

    @classmethod
    def tearDownClass(cls):
        # Paths of the store are read-only.
        subprocess.run(["chmod", "-R", "u+w", cls.directory], check=True)

    def written(self):
        """Each unit of each configuration, as a file by its name."""
        for configuration, made in self.made.items():
            directory = self.directory / configuration
            directory.mkdir(exist_ok=True)
            for name, unit in made["services"].items():
                file = directory / f"{name}.service"
                file.write_text(re.sub(r"/nix/store/[^/ ]+/bin/", f"{self.directory}/bin/", text(unit)))
                yield configuration, name, unit, file

    def test_every_line_is_understood(self):
        seen = 0
        for configuration, name, _, file in self.written():
            said = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", file)
            self.assertEqual((0, ""), (said.returncode, said.stderr), f"{configuration}: {name}")
            seen += 1
        self.assertEqual(9, seen)

    def test_little_is_left_open(self):
        for configuration, name, _, file in self.written():
            threshold = f"--threshold={EXPOSURE}"
            said = run("systemd-analyze", "security", "--offline=true", "--no-pager", threshold, file)
            overall = said.stdout.strip().splitlines()[-1].lstrip("→ ")
            self.assertEqual(0, said.returncode, f"{configuration}: {said.stdout}{said.stderr}")
            print(f"{configuration}: {overall}", file=sys.stderr)

    def test_files_of_the_machine_are_the_services_own(self):
        service = self.made["full"]["services"]["natter-api"]
        variables, settings = service["environment"], service["serviceConfig"]
        self.assertEqual("/run/natter-api/database.password_file", variables["NATTER_DATABASE__PASSWORD_FILE"])
        self.assertEqual("/run/natter-api", variables["NATTER_KEYS__DIRECTORY"])
        self.assertIn("database.password_file:/run/keys/natter-database", settings["LoadCredential"])
        copied = re.findall(r"%d/(\S+)", settings["ExecStartPre"])
        self.assertEqual(sorted(entry.split(":")[0] for entry in settings["LoadCredential"]), copied)
        rings = re.findall(r'"(\w+\.keys)"', (HERE.parents[1] / "src/key_ring/mod.rs").read_text())
        self.assertEqual(sorted(set(rings)), [name for name in copied if name.endswith(".keys")])
        self.assertNotIn("LoadCredential", self.made["plain"]["services"]["natter-api"]["serviceConfig"])

    def test_the_schema_and_retention_have_roles_of_their_own(self):
        full = self.made["full"]
        for verb in ("migrate", "retention"):
            unit = full["services"][f"natter-{verb}"]
            settings = unit["serviceConfig"]
            self.assertIn(f"://natter_{verb}@", full["urls"][verb])
            self.assertRegex(settings["ExecStart"], rf"/bin/natter-api --config \S*natter-{verb}-checked.toml {verb}$")
            self.assertEqual(("oneshot", True), (settings["Type"], settings["DynamicUser"]))
            self.assertIn(f"database.password_file:/run/keys/natter-{verb}", settings["LoadCredential"])
            self.assertIn("database.ca_file:/etc/ssl/database-ca.pem", settings["LoadCredential"])
            self.assertEqual(
                f"/run/natter-{verb}/database.password_file", unit["environment"]["NATTER_DATABASE__PASSWORD_FILE"]
            )
        migrate, retention = (full["services"][f"natter-{verb}"] for verb in ("migrate", "retention"))
        self.assertEqual((["natter-api.service"], ["multi-user.target"]), (migrate["before"], migrate["wantedBy"]))
        self.assertNotIn(".keys", str(migrate["serviceConfig"]["LoadCredential"]))
        self.assertIn("audit.keys:/run/keys/natter/audit.keys", retention["serviceConfig"]["LoadCredential"])
        self.assertEqual([], retention["wantedBy"])
        timer = full["timers"]["natter-retention"]
        self.assertEqual((["timers.target"], "hourly"), (timer["wantedBy"], timer["timerConfig"]["OnCalendar"]))
        # Nothing of the API's password is theirs, and nothing of theirs is the API's.
        self.assertNotIn("/run/keys/natter-database", json.dumps([migrate, retention]))
        self.assertNotRegex(json.dumps(full["services"]["natter-api"]), "natter-(migrate|retention)")
        self.assertEqual([], full["refused"])
        self.assertRegex(self.made["refused"]["refused"][0], "natter.migrate.url has to name PostgreSQL")

    def test_the_worker_reaches_what_it_is_told(self):
        worker = self.made["full"]["services"]["natter-preview"]["serviceConfig"]
        self.assertEqual(["localhost", "10.0.0.53"], worker["IPAddressAllow"])
        self.assertIn("10.0.0.0/8", worker["IPAddressDeny"])
        self.assertNotIn("natter-preview", self.made["api-alone"]["services"])


if __name__ == "__main__":
    unittest.main()
