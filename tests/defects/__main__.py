"""Makes each defect in a copy of the product, and has the tests find it."""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.defects import by_the_owner, in_balances, in_sorting, in_syncing, in_values
from tests.defects.defect import ROOT, Defect

DEFECTS = (
    *in_sorting.DEFECTS,
    *in_syncing.DEFECTS,
    *in_balances.DEFECTS,
    *in_values.DEFECTS,
    *by_the_owner.DEFECTS,
)
LONGEST = 60
"""So many seconds a defect may live."""

_COPIED = ("shared", "tests", "functions", "local", "pyproject.toml")
_FAILED = re.compile(r"^FAILED (.+?)(?: - |$)", re.MULTILINE)


class Fate(NamedTuple):
    """What became of a defect: which test found it (None: none did), after how many seconds."""

    found_by: str | None
    seconds: float


@contextmanager
def copied() -> Iterator[Path]:
    """Give a copy of what the tests need."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name in _COPIED:
            whole = ROOT / name
            if whole.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(whole, place / name, ignore=ignored)
            else:
                shutil.copy(whole, place / name)
        yield place


def hunted(defect: Defect, place: Path) -> Fate:
    """Make a defect in a copy, run the tests that should find it, and take it back."""
    path = place / defect.path
    sound = path.read_text()
    path.write_text(defect.made_in(sound))
    began = time.monotonic()
    try:
        found_by = first_failure(defect.found_by, place)
    except subprocess.TimeoutExpired:
        found_by = None
    finally:
        path.write_text(sound)
    return Fate(found_by, time.monotonic() - began)


def first_failure(tests: Iterable[str], place: Path, within: int = LONGEST) -> str | None:
    """Give the first of some tests that fails in a copy."""
    quick = ("-x", "--noconftest", "-p", "no:xdist", "--tb=no", "-rf")
    command = [sys.executable, "-B", "-m", "pytest", *quick, *tests]
    ran = subprocess.run(  # noqa: S603 - our own tests
        command, cwd=place, capture_output=True, text=True, timeout=within, check=False
    )
    match = _FAILED.search(ran.stdout)
    if ran.returncode not in {0, 1}:
        raise RuntimeError(f"the tests cannot be run: {ran.stdout[-500:]}")
    return match[1] if match else None


def main(names: list[str]) -> int:
    """Hunt the defects that are named, or all; tell of each."""
    chosen = [each for each in DEFECTS if not names or each.name in names]
    alive, began = 0, time.monotonic()
    with copied() as place:
        sound = first_failure(
            sorted({test for each in chosen for test in each.found_by}), place, 600
        )
        if sound is not None:
            sys.stdout.write(f"{sound} fails without any defect\n")
            return 2
        for defect in chosen:
            fate = hunted(defect, place)
            alive += fate.found_by is None
            killer = fate.found_by or "NOBODY"
            sys.stdout.write(f"{defect.name:40} {fate.seconds:5.1f} s  {killer}\n")
            sys.stdout.flush()
    took = time.monotonic() - began
    sys.stdout.write(f"{len(chosen)} defects, {alive} not found, {took:.0f} s\n")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
