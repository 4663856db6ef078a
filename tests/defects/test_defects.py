"""The defects can still be made, and are found. ``python -m tests.defects`` hunts all of them."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.defects.__main__ import DEFECTS, LONGEST, copied, hunted
from tests.defects.defect import ROOT, Defect

SAMPLE = ("tombstone ignored", "restart loses counts", "forgotten kept as a tombstone")


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_defect_can_be_made(defect: Defect) -> None:
    """Its text is still there, and those are that should find it; the defect runs."""
    text = defect.made_in((ROOT / defect.path).read_text())
    ruff = [Path(sys.executable).parent / "ruff", "check", "--isolated", "--select", "F821", "-q"]
    looked = subprocess.run([*ruff, "-"], input=text, text=True, check=False)  # noqa: S603 - ruff
    assert looked.returncode == 0
    assert all((ROOT / name).exists() for name in defect.found_by)


def test_there_are_many_and_each_has_its_name() -> None:
    """At least twenty."""
    assert len({defect.name for defect in DEFECTS}) == len(DEFECTS) >= 20


def test_some_are_found() -> None:
    """End to end, for three of them."""
    with copied() as place:
        for defect in DEFECTS:
            if defect.name in SAMPLE:
                fate = hunted(defect, place)
                assert fate.found_by is not None, defect.name
                assert fate.seconds < LONGEST
