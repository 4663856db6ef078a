"""What the bench says of figures: per 1,000, right or wrong, met or missed."""

from typing import Any

from bench import report
from bench.cold import COOKBOOK, OURS
from bench.runs import SCRIPT, TIDEMARK

GOOD: dict[str, Any] = {
    "cpu": 0.1,
    "own_cpu": 0.05,
    "peak_mb": 50.0,
    "dynamodb_calls": 44,
    "aws_calls": 45,
    "write_units": 2_050,
    "read_units": 100,
    "written": 0,
    "source_calls": 60,
    "whole": True,
    "exact": True,
    "excluded_kept": True,
}


def results(**changes: object) -> report.Results:
    """Give one run of each contestant per scenario, at 1,000 trades."""
    ours, theirs = {**GOOD, **changes}, {**GOOD, "cpu": 0.4, "written": 1_000}
    scenarios = ("new", "nothing new", "known history", "10 holes")
    return {
        (1_000, scenario, who): [run]
        for scenario in scenarios
        for who, run in ((TIDEMARK, ours), (SCRIPT, theirs))
    }


def test_figures_are_means_per_thousand() -> None:
    """Of the transactions in the history, whatever was read of it."""
    assert report.per_thousand([{"cpu": 1.0}, {"cpu": 3.0}], "cpu", 4_000) == 0.5


def test_says_what_was_right() -> None:
    """Where it was asked for, and only if it was so in every run."""
    assert list(report.verdicts("new", [{**GOOD, "written": 9}], 9)) == ["-", "-", "yes", "-"]
    assert list(report.verdicts("10 holes", [{**GOOD, "written": 10}], 9)) == ["yes"] * 4
    wrong = {**GOOD, "written": 9, "excluded_kept": False, "whole": False}
    assert list(report.verdicts("10 holes", [GOOD, wrong], 9)) == ["NO"] * 4


def test_says_which_goals_are_met() -> None:
    """With the figures, and without hiding a sync that ended badly."""
    imports = {OURS: 100.0, COOKBOOK: 300.0}

    good = report.goals(results(), imports)
    bad = report.goals(results(write_units=2_200, status="partial"), imports)

    assert good.count("MISSED") == 2  # of CPU, when the history is known
    assert "WRONG" not in good
    assert "MISSED  new: 2.2 write units each" in bad
    assert "WRONG   a sync of Tidemark's ended as partial" in bad


def test_tables_have_a_row_for_each() -> None:
    """Both contestants in four scenarios, under two lines of heads."""
    lines = report.tables(results()).strip().splitlines()

    assert len(lines) == 2 + 8
    assert lines[0].startswith("1,000 trades (2,000 ledger rows)")
