"""Reads mutated files in processes of their own: `python -m tests.files.mutate 10000`.

Each has to end with rows or with a BadFile, within 10 s, in a process of no more than 256 MB.
"""

import multiprocessing as mp
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.own import peak_kb
from tests.files.mutations import mutated
from tidemark.errors import BadFile
from tidemark.files.read import read_file

LONGEST = 10.0  # seconds
LARGEST = 256  # MB
WORKERS = 2
_CEILING = 2 << 30  # bytes of address space: what is worse than too much does not harm the machine
_BATCH = 50


class Ended(NamedTuple):
    """How one file ended: in which word, after how many seconds of work and by the clock."""

    seed: int
    kind: str
    outcome: str
    worked: float
    waited: float


@dataclass
class Summary:
    """How all of them ended."""

    outcomes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0
    largest: int = 0

    def add(self, ended: Ended) -> None:
        """Count one; a failure is what is neither rows nor a BadFile, or takes too long."""
        self.outcomes[ended.outcome] += 1
        self.kinds[ended.kind] += 1
        self.slowest = max(self.slowest, ended.worked)
        if ended.outcome.startswith("!") or ended.worked > LONGEST:
            self.failures.append(str(ended))

    def line(self) -> str:
        """Say it in one line."""
        ends = ", ".join(f"{count} {word}" for word, count in self.outcomes.most_common())
        return (
            f"{sum(self.outcomes.values())} mutated files: {len(self.failures)} failures; slowest "
            f"{self.slowest:.1f} s of work, largest process {self.largest} MB; {ends}"
        )


def read_one(seed: int) -> Ended:
    """Read the file of a seed."""
    file = mutated(seed)
    worked, waited = time.process_time(), time.monotonic()
    try:
        read = read_file(file.data, file.form)
    except BadFile as bad:
        outcome = bad.code
    except BaseException as error:  # noqa: BLE001 (that there is none else is what is shown)
        outcome = f"!{type(error).__name__}: {error}"
    else:
        outcome = "read with errors" if read.errors else "read"
    return Ended(seed, file.name, outcome, time.process_time() - worked, time.monotonic() - waited)


def _work(seeds: list[int]) -> tuple[list[Ended], int]:
    """Read a batch, and tell how large the process became."""
    resource.setrlimit(resource.RLIMIT_AS, (_CEILING, _CEILING))
    ended = [read_one(seed) for seed in seeds]
    return ended, peak_kb() // 1024


def _batches(first: int, count: int) -> Iterator[list[int]]:
    """Cut the seeds into batches."""
    seeds = list(range(first, first + count))
    return (seeds[place : place + _BATCH] for place in range(0, count, _BATCH))


def run(count: int, first: int = 0, workers: int = WORKERS) -> Summary:
    """Read as many files, in fresh processes; one that dies or hangs is a failure."""
    summary = Summary()
    with mp.get_context("spawn").Pool(workers, maxtasksperchild=20) as pool:
        waiting = [pool.apply_async(_work, (batch,)) for batch in _batches(first, count)]
        for number, batch in enumerate(waiting):
            try:
                ended, largest = batch.get(timeout=60 + LONGEST * _BATCH)
            except mp.TimeoutError:
                summary.failures.append(f"batch {number} hung, or its process died")
                break
            summary.largest = max(summary.largest, largest)
            for each in ended:
                summary.add(each)
    if summary.largest > LARGEST:
        summary.failures.append(f"a process grew to {summary.largest} MB")
    return summary


def main() -> int:
    """Print the summary; fail if anything did."""
    told = [int(text) for text in sys.argv[1:]]
    count, first = (*told, *(10_000, 0)[len(told) :])
    begun = time.monotonic()
    summary = run(count, first)
    line = f"{summary.line()}; {time.monotonic() - begun:.0f} s"
    sys.stdout.write("\n".join([*summary.failures, line, ""]))
    return min(1, len(summary.failures))


if __name__ == "__main__":
    sys.exit(main())
