"""``make bench``: Tidemark beside the script that one would write instead, in one run.

Both read the same account from the same server into the same DynamoDB, one after the other,
again and again; what the servers spend does not count.
"""

import argparse
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
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
    print(report.tables(results))
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
                    for who in (TIDEMARK, SCRIPT):
                        print(
                            f"{size:,} trades, round {number}: {scenario}, {who}", file=sys.stderr
                        )
                        yield (size, scenario, who), stage.measure(who, mode)


if __name__ == "__main__":
    main()
