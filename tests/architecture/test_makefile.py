"""`make` is the way in: its targets are short, and `make` alone says what they are for."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = {"setup", "demo", "local", "test", "check", "build", "deploy", "openapi", "clean"}


def recipes() -> dict[str, list[str]]:
    """Give each target's lines."""
    found = re.finditer(r"^([a-z]+):.*\n((?:\t.*\n)*)", MAKEFILE, re.MULTILINE)
    return {match[1]: match[2].splitlines() for match in found}


def test_every_target_is_there_and_explained() -> None:
    """Those that everybody expects, and a few more; each has its line in the list."""
    explained = set(re.findall(r"^([a-z]+):.*## \S", MAKEFILE, re.MULTILINE))

    assert explained >= TARGETS
    assert set(recipes()) - explained == {"help"}


def test_targets_are_a_few_lines() -> None:
    """What is longer is a script in tools/."""
    assert max(map(len, recipes().values())) <= 9


def test_scripts_stop_at_the_first_failure() -> None:
    """No step's failure is passed over."""
    scripts = [*(ROOT / "tools").glob("*.sh"), ROOT / ".ci" / "run"]

    for script in scripts:
        assert re.search(r"^set -eu", script.read_text(), re.MULTILINE), script.name
        assert script.stat().st_mode & 0o100, script.name
