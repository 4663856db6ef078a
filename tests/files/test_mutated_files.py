"""Mutated files: each ends with rows or with a BadFile, in bounded time and memory.

`python -m tests.files.mutate 10000` reads ten thousand.
"""

import os

from tests.files.mutate import LARGEST, LONGEST, run

COUNT = int(os.environ.get("MUTATED_FILES", "300"))


def test_mutated_files() -> None:
    """In processes of their own, whose size is measured."""
    summary = run(COUNT, workers=1)

    assert summary.failures == []
    assert sum(summary.outcomes.values()) == COUNT
    assert summary.slowest <= LONGEST
    assert summary.largest <= LARGEST


def test_the_same_seed_gives_the_same_files() -> None:
    """So that a failure can be looked at again."""
    assert run(10, first=7, workers=1).outcomes == run(10, first=7, workers=1).outcomes
