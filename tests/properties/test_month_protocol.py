"""The month buckets, checked exhaustively: two writers that may crash, two readers, any order.

Each process is the product's own code. It is a function of the answers that its stores gave, so a
process's state is the list of those answers: to take one more step it is run again, given the
recorded answers, and stopped after one more call.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.fakes import (
    FakeClock,
    MemoryAccounts,
    MemoryIssues,
    MemoryJournal,
    MemoryLedger,
    MemoryMonths,
    MemoryParked,
    MemoryRuns,
)
from tests.fakes.source import FakeSource, Row
from tests.world import KEY, START
from tidemark.domain.legs import net
from tidemark.domain.months import Month
from tidemark.domain.pages import Page
from tidemark.domain.sorting import Rules
from tidemark.domain.syncs import Mode, Run, StreamProgress
from tidemark.domain.transactions import Transaction
from tidemark.services.add_up import AddUp
from tidemark.services.commit import Beside, Books, Writer

DEADLINES = (START + timedelta(minutes=5), START + timedelta(minutes=50))
TIMES = (START, DEADLINES[0] + timedelta(minutes=2), DEADLINES[1] + timedelta(minutes=2))


class Paused(BaseException):
    """One more call was made; the process waits for its next turn."""


@dataclass
class Shared:
    """What all processes share."""

    months: MemoryMonths = field(default_factory=MemoryMonths)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)

    def copy(self) -> "Shared":
        """Give the same state to go on from; what the stores hold is never changed in place."""
        copy = Shared()
        copy.months.buckets = {KEY: dict(self.months.buckets.get(KEY, {}))}
        copy.ledger.items = {KEY: dict(self.ledger.of(KEY))}
        return copy

    def fingerprint(self) -> tuple[object, ...]:
        """Tell states apart."""
        return mark(self.months.read(KEY)), *sorted(self.ledger.of(KEY))

    def is_honest(self) -> bool:
        """Tell whether every clean bucket holds the true sums."""
        truth = net(leg for each in self.ledger.of(KEY).values() for leg in each.legs)
        return all(dict(m.totals) == truth for m in self.months.read(KEY) if m.clean)


@dataclass
class Replayed:
    """A store that first gives the recorded answers, then makes one real call."""

    real: object
    answers: Iterator[Any]
    record: Callable[[Any], None]

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Give a method that answers from the record as long as there is one."""

        def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - it stands for any method
            for answer in self.answers:
                return answer
            result = getattr(self.real, name)(*args, **kwargs)
            self.record(list(result) if isinstance(result, Iterator) else result)
            raise Paused

        return call


Program = Callable[[Any, Any, FakeClock], None]


def writing(number: int) -> Program:
    """Give the program of a writer: one commit of one transaction, then it leaves."""

    def program(months: Any, ledger: Any, clock: FakeClock) -> None:  # noqa: ANN401
        runs = MemoryRuns()
        run = Run(f"sync_{number}", KEY, Mode.INCREMENTAL, START, streams=(StreamProgress("s"),))
        runs.claim(run, START)
        lease = runs.acquire(KEY, run.sync_id, "w", now=START, until=DEADLINES[number])
        parked = MemoryParked()
        others = (parked, MemoryIssues(), MemoryAccounts())
        books = Books(ledger, MemoryJournal(), months, runs, *others, clock)
        row = Row(f"L{number}", f"T{number}", START, "EUR", Decimal(number + 1))
        beside = Beside(parked, KEY)
        writer = Writer(books, FakeSource(), Rules(), lease, fresh=True, beside=beside)
        writer.write([Page([row.found()], None)], StreamProgress("s", done=True))
        writer.close()

    return program


def reading(months: Any, ledger: Any, clock: FakeClock) -> None:  # noqa: ANN401
    """Be the program of a reader: add everything up."""
    AddUp(ledger, months, clock).calculated(KEY)


PROGRAMS: tuple[Program, ...] = (writing(0), writing(1), reading, reading)


@dataclass(frozen=True)
class Process:
    """How far one process is: what its stores answered so far, and how late it was at first.

    One that is over or crashed does nothing any more; its answers are forgotten.
    """

    answers: tuple[Any, ...] = ()
    began: int = 0
    gone: bool = False
    marks: tuple[object, ...] = ()

    def fingerprint(self) -> tuple[object, ...]:
        """Tell states apart."""
        return self.began, self.gone, self.marks


def mark(answer: object) -> object:
    """Give what tells an answer from others, cheaply."""
    if isinstance(answer, list | tuple):
        return tuple(mark(each) for each in answer)
    if isinstance(answer, Month):
        return answer.version, answer.writers, answer.computed_version, str(answer.totals)
    return answer.id if isinstance(answer, Transaction) else answer


@dataclass(frozen=True)
class State:
    """One state of the whole: what is shared, how far everybody is, how late it is."""

    shared: Shared
    processes: tuple[Process, ...]
    time: int

    def fingerprint(self) -> tuple[object, ...]:
        """Tell states apart; two readers are alike."""
        marks = [process.fingerprint() for process in self.processes]
        return self.shared.fingerprint(), *marks[:2], *sorted(marks[2:], key=hash), self.time


def step(state: State, number: int) -> State:
    """Let one process make one call."""
    shared, process = state.shared.copy(), state.processes[number]
    began = process.began if process.answers else state.time
    recorded: list[Any] = []
    answers = iter(process.answers)
    try:
        PROGRAMS[number](
            Replayed(shared.months, answers, recorded.append),
            Replayed(shared.ledger, answers, recorded.append),
            FakeClock(TIMES[began]),
        )
    except Paused:
        marks = (*process.marks, *(mark(answer) for answer in recorded))
        after = Process((*process.answers, *recorded), began, marks=marks)
    else:
        after = Process(gone=True)
    return with_process(replace(state, shared=shared), number, after)


def with_process(state: State, number: int, process: Process) -> State:
    """Put one process in place."""
    processes = [process if i == number else p for i, p in enumerate(state.processes)]
    return replace(state, processes=tuple(processes))


def successors(state: State) -> Iterator[State]:
    """Give every state that may come next."""
    for number, process in enumerate(state.processes):
        if process.gone:
            continue
        yield step(state, number)
        if number < 2 and process.answers:
            yield with_process(state, number, Process(gone=True))
    if state.time < 2 and state.processes[state.time].gone:
        yield replace(state, time=state.time + 1)


def test_no_bucket_is_clean_and_stale() -> None:
    """In no state that two crashing writers and two readers can reach."""
    first = State(Shared(), tuple(Process() for _ in PROGRAMS), 0)
    seen, todo, clean = {first.fingerprint()}, [first], 0
    while todo:
        state = todo.pop()
        assert state.shared.is_honest(), state.shared.fingerprint()
        clean += any(month.clean for month in state.shared.months.read(KEY))
        for after in successors(state):
            mark = after.fingerprint()
            if mark not in seen:
                seen.add(mark)
                todo.append(after)
    assert len(seen) > 90_000
    assert clean > 100
