"""The README's walkthrough: its commands are run as they stand, and have to print what it says that they print."""
import re
import subprocess
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"
# Printed after each command, to tell the outputs apart.
MARK = "\x1e"
VARYING = [
    (r"ntr[sc]_[A-Za-z0-9_-]+", "TOKEN"),
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID"),
    (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z", "TIME"),
]


def steps():
    """Each command of the walkthrough with the text that follows it."""
    section = README.read_text().split("\n## Walk through\n")[1].split("\n## ")[0]
    found = []
    for block in re.findall(r"```console\n(.*?)\n```", section, re.S):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append([line[2:], ""])
            else:
                found[-1][1] += line + "\n"
    return found


def constant(text):
    """The text, with a name in the place of whatever differs from run to run."""
    for varying, name in VARYING:
        text = re.sub(varying, name, text)
    return text.strip()


def walk(prelude, replaced):
    """Runs the commands after the shell text `prelude`; `replaced` maps what is elsewhere here, such as the address."""

    def here(text):
        for original, other in replaced.items():
            text = text.replace(original, other)
        return text

    walked = [(here(command), here(expected)) for command, expected in steps()]
    assert len(walked) > 15, "there is no walkthrough"
    script = prelude + "\n" + "".join(f"{command}\nprintf '{MARK}'\n" for command, _ in walked)
    outcome = subprocess.run(
        ["bash", "-c", script], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120
    )
    assert outcome.stderr == "", outcome.stderr
    for (command, expected), printed in zip(walked, outcome.stdout.split(MARK)):
        assert constant(printed) == constant(expected), f"$ {command}\n{printed}\nand not\n{expected}"
    return len(walked)
