"""Check offline that the compiled requirements belong to pyproject.toml's direct dependencies.

Each compiled file starts with a stamp: the hash of the direct dependencies that it was made from.
"""

import hashlib
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
STAMP = "# compiled by `make lock` from pyproject.toml "


def wanted() -> dict[str, list[str]]:
    """Give the direct dependencies of each compiled file."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
    direct: list[str] = project["project"]["dependencies"]
    groups: dict[str, list[str]] = project["dependency-groups"]
    return {
        "layers/dependencies/requirements.txt": direct,
        "requirements/dev.txt": direct + groups["dev"],
        "requirements/sam.txt": groups["sam"],
        "requirements/bench.txt": groups["bench"],
    }


def stamp(dependencies: list[str]) -> str:
    """Spell the line that a file compiled from these starts with."""
    return STAMP + hashlib.sha256("\n".join(sorted(dependencies)).encode()).hexdigest()[:16]


def faults(name: str, dependencies: list[str], text: str) -> list[str]:
    """Say what is wrong with one compiled file."""
    pins = dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE))
    missing = [each for each in map(_name, dependencies) if each not in pins]
    found = [f"{name}: {each} is not pinned" for each in missing]
    if not text.startswith(stamp(dependencies) + "\n"):
        found.append(f"{name}: made from other dependencies, run `make lock`")
    if len(pins) != len(re.findall(r"==.*\\\n    --hash=sha256:", text)):
        found.append(f"{name}: not every pin has its hashes")
    return found


def disagreements() -> list[str]:
    """Name what Lambda would run in another version than the tests."""
    layer, dev = (
        set(re.findall(r"^\S+==\S+", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("layers/dependencies/requirements.txt", "requirements/dev.txt")
    )
    return [f"{pin}: the tests run another version" for pin in sorted(layer - dev)]


def write_stamps() -> None:
    """Put the stamps on freshly compiled files."""
    for name, dependencies in wanted().items():
        text = (ROOT / name).read_text()
        (ROOT / name).write_text(f"{stamp(dependencies)}\n{text}")


def main(arguments: list[str]) -> int:
    """Check, or stamp with ``--stamp``."""
    if arguments == ["--stamp"]:
        write_stamps()
    found = [
        fault
        for name, dependencies in wanted().items()
        for fault in faults(name, dependencies, (ROOT / name).read_text())
    ]
    found += disagreements()
    print("\n".join([*found, f"requirements: {len(found)} faults"]))
    return min(1, len(found))


def _name(dependency: str) -> str:
    """Take the normalised name from a dependency such as ``moto[server]>=5``."""
    return re.split(r"[\[<>=!~; ]", dependency)[0].lower().replace("_", "-")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
