"""What makes moto's DynamoDB quick changes no answer."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _answers(*arguments: str) -> list[str]:
    """Give the answers of moto, with or without our hooks."""
    command = [sys.executable, "-m", "tests.local.speed_probe", *arguments]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)  # noqa: S603
    return ended.stdout.splitlines()


def test_the_answers_stay_the_same() -> None:
    """Queries in both directions, paged, projected, by index, and gets by key: all equal."""
    plain = _answers()

    assert len(plain) > 50
    assert _answers("quick") == plain
