"""The tables that the bench prints, and whether its goals are met."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import mean
from typing import Any

from bench.cold import COOKBOOK, OURS
from bench.runs import SCRIPT, TIDEMARK

Place = tuple[int, str, str]
Runs = Sequence[Mapping[str, Any]]
Results = Mapping[Place, Runs]

_PER_THOUSAND = {
    "cpu": "CPU s",
    "own_cpu": "- start",
    "aws_calls": "AWS",
    "dynamodb_calls": "DynamoDB",
    "source_calls": "source",
}
_PER_ONE = {"write_units": "WU/tx", "read_units": "RU/tx"}
_RIGHT = ("holes refilled", "excluded kept", "sums exact", "nothing rewritten")
_HEADS = (
    "scenario",
    "by",
    *_PER_THOUSAND.values(),
    "peak MB",
    *_PER_ONE.values(),
    "written",
    *_RIGHT,
)
_EXPECTED = {"nothing new": 0, "known history": 0, "10 holes": 10}
"""Items that need to be written; all of them when everything is new."""


def per_thousand(runs: Runs, name: str, size: int) -> float:
    """Give the mean of a figure for 1,000 transactions of the history."""
    return mean(run[name] for run in runs) * 1000 / size


def tables(results: Results) -> str:
    """Spell a table per size."""
    return "\n".join(_table(results, size) for size in sorted({place[0] for place in results}))


def _table(results: Results, size: int) -> str:
    """Spell the table of one size."""
    rounds = len(results[size, "new", TIDEMARK])
    rows = [_HEADS, *(_row(place, runs) for place, runs in results.items() if place[0] == size)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(_HEADS))]
    lines = (
        "  ".join(
            cell.ljust(width) if n < 2 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
    title = f"\n{size:,} trades ({2 * size:,} ledger rows); {rounds} run(s) of each, by turns"
    return "\n".join([f"{title}; CPU and calls per 1,000 trades of the history", *lines])


def _row(place: Place, runs: Runs) -> tuple[str, ...]:
    """Spell the figures of one contestant in one scenario."""
    size, scenario, who = place
    return (
        scenario,
        who,
        *(f"{per_thousand(runs, name, size):.4g}" for name in _PER_THOUSAND),
        f"{max(run['peak_mb'] for run in runs):.1f}",
        *(f"{per_thousand(runs, name, size) / 1000:.4f}" for name in _PER_ONE),
        f"{mean(run['written'] for run in runs):.0f}",
        *verdicts(scenario, runs, size),
    )


def verdicts(scenario: str, runs: Runs, size: int) -> Iterator[str]:
    """Say what was right, in every run."""
    expected = _EXPECTED.get(scenario, size)
    asked = {
        "holes refilled": scenario == "10 holes",
        "excluded kept": scenario in {"known history", "10 holes"},
        "nothing rewritten": scenario != "new",
    }
    right = {
        "holes refilled": all(run["whole"] for run in runs),
        "excluded kept": all(run["excluded_kept"] for run in runs),
        "sums exact": all(run["whole"] and run["exact"] for run in runs),
        "nothing rewritten": all(run["written"] == expected for run in runs),
    }
    for name in _RIGHT:
        yield ("yes" if right[name] else "NO") if asked.get(name, True) else "-"


def goals(results: Results, imports: Mapping[str, float]) -> str:
    """Say which goals are met, at the largest size."""
    size = max(place[0] for place in results)
    lines = [f"\nGoals at {size:,} trades:"]
    for name, figure, most, unit in (*_goals(results, size), _cold(imports)):
        met = "met   " if figure <= most else "MISSED"
        lines.append(f"  {met}  {name}: {figure:.4g} {unit} (at most {most:.4g})")
    wrong = [str(run["status"]) for runs in results.values() for run in runs if _is_wrong(run)]
    return "\n".join([*lines, *(f"  WRONG   a sync of Tidemark's ended as {how}" for how in wrong)])


def _is_wrong(run: Mapping[str, Any]) -> bool:
    """Tell whether a run of Tidemark's ended as it should not have."""
    return run.get("status", "succeeded") != "succeeded"


_SCRIPT = 0.345
"""What the script took, CPU seconds per 1,000, on the machine for which goals were set."""

_SCALED = "CPU s per 1,000, on a machine where the script takes 0.345"


def _goals(results: Results, size: int) -> Iterator[tuple[str, float, float, str]]:
    """Give each goal: its name, the figure, the most that it may be, and of what."""
    ours = {
        scenario: runs
        for (n, scenario, who), runs in results.items()
        if (n, who) == (size, TIDEMARK)
    }
    new = ours["new"]
    theirs = per_thousand(results[size, "new", SCRIPT], "cpu", size)
    cpu = per_thousand(new, "cpu", size)
    yield "new, against the script", cpu / theirs, 1 / 3, "of its CPU"
    scale = _SCRIPT / theirs
    yield "new", cpu * scale, 0.115, _SCALED
    for scenario in ("nothing new", "known history"):
        known = ours[scenario]
        yield scenario, per_thousand(known, "cpu", size) * scale, 0.04, _SCALED
        yield scenario, mean(run["written"] for run in known), 0, "transactions written"
    yield "new", per_thousand(new, "write_units", size) / 1000, 2.1, "write units each"
    yield "new", per_thousand(new, "dynamodb_calls", size), 45, "DynamoDB calls per 1,000"
    peak = max(run["peak_mb"] for runs in ours.values() for run in runs)
    yield "any scenario", peak, 80, "MB at most"


def _cold(imports: Mapping[str, float]) -> tuple[str, float, float, str]:
    """Give the goal of the cold start."""
    ours, theirs = imports[OURS], imports[COOKBOOK]
    name = f"cold start of the API, {ours:.0f} ms CPU beside the cookbook's {theirs:.0f} ms"
    return name, ours / theirs, 1 / 2, "of it"
