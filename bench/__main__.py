"""``make bench``: Tidemark beside the script that one would write instead, in one run.

Both read the same account from the same server into the same DynamoDB, one after the other,
again and again; what the servers spend does not count.
"""

import argparse
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

from bench import cold, report
from bench.compiled import compile_all
from bench.runs import SCRIPT, TIDEMARK, Stage, serving

_SIZES = (5_000, 50_000)
_EXCLUDED, _HOLES = 5, 10

_SCENARIOS: dict[str, tuple[str, Callable[[Stage], None]]] = {
    "new": ("incremental", lambda _stage: None),
    "nothing new": ("incremental", lambda _stage: None),
    "known history": ("missing", lambda stage: stage.damage(excluded=_EXCLUDED, holes=0)),
    "10 holes": ("missing", lambda stage: stage.damage(excluded=_EXCLUDED, holes=_HOLES)),
}
"""Each with the sync's mode, and what happens to both tables before."""

_ALIKE, _STANDS_FOR, _LARGE = ("nothing new", "known history"), "10 holes", 20_000
"""The script copies everything again, whatever was there: in long histories one time is enough."""

Results = defaultdict[tuple[int, str, str], list[dict[str, Any]]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=_SIZES)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    started = time.monotonic()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    print(compile_all())
    imports = cold.measure()
    results: Results = defaultdict(list)
    for size in chosen.sizes:
        for place, measured in _rounds(size, chosen.rounds, chosen.seed):
            results[place].append(measured)
    results = _completed(results, chosen.sizes)
    print(report.tables(results))
    print(
        f"\nFrom {_LARGE:,} trades on the script runs twice: its figures for {', '.join(_ALIKE)} "
        f"are those for {_STANDS_FOR}."
    )
    print(report.goals(results, imports))
    print(f"\nTook {time.monotonic() - started:.0f} s; seed {chosen.seed}.")


def _rounds(
    size: int, rounds: int, seed: int
) -> Iterator[tuple[tuple[int, str, str], dict[str, Any]]]:
    """Let both contestants take turns, in every scenario, on fresh tables in every round."""
    with serving("bench.source", "--trades", str(size), "--seed", str(seed)) as source:
        for number in range(1, rounds + 1):
            with serving("bench.cloud") as cloud:
                stage = Stage(source, cloud, seed)
                for scenario, (mode, before) in _SCENARIOS.items():
                    before(stage)
                    for who in _contestants(size, scenario):
                        print(
                            f"{size:,} trades, round {number}: {scenario}, {who}", file=sys.stderr
                        )
                        yield (size, scenario, who), stage.measure(who, mode)


def _contestants(size: int, scenario: str) -> tuple[str, ...]:
    """Give who runs."""
    return (TIDEMARK,) if size >= _LARGE and scenario in _ALIKE else (TIDEMARK, SCRIPT)


def _completed(results: Results, sizes: Sequence[int]) -> Results:
    """Put all places in order; a run that was spared is that of the scenario that is like it."""
    whole: Results = defaultdict(list)
    for size, scenario, who in product(sizes, _SCENARIOS, (TIDEMARK, SCRIPT)):
        told = scenario if who in _contestants(size, scenario) else _STANDS_FOR
        whole[size, scenario, who] = results[size, told, who]
    return whole


if __name__ == "__main__":
    main()
