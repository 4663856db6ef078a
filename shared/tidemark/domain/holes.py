"""Where a row is missing among rows that tell the balance they led to, in no order within a day.

A row begins at the balance that it led to, less its amount: there the row before it must have led
to. A row that tells no balance fits anywhere within its day. All orders are gone through, so that
what is named is what no other order contradicts.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from tidemark.domain import amounts

_MOST_TRIED = 20_000


class Step(NamedTuple):
    """What a row moved, and the balances that it began at and led to, where that is told."""

    amount: Decimal
    before: Decimal | None = None
    after: Decimal | None = None

    @classmethod
    def of(cls, amount: Decimal, after: Decimal | None) -> "Step":
        """Make one of what a row tells."""
        if after is None:
            return cls(amount)
        return cls(amount, amounts.difference(after, amount), after)


class Hole(NamedTuple):
    """A place for one missing row: the numbers of the rows before (None: none) and behind it."""

    front: int | None
    behind: int


@dataclass
class Holes:
    """All places where one row may be missing. ``whole``: it may also be that none is."""

    places: set[Hole] = field(default_factory=set)
    whole: bool = False


class _State(NamedTuple):
    """A way that was gone so far.

    ``left`` are the rows of the day that are still to come. ``last`` is the row that was met last,
    as long as no hole was. ``unseen``: no balance was told since the hole.
    """

    day: int
    left: frozenset[int]
    balance: Decimal
    last: int | None = None
    hole: Hole | None = None
    unseen: bool = False


def holes(days: Sequence[Sequence[Step]], start: Decimal) -> Holes | None:
    """Find where one row may be missing; None where there are too many ways to go through.

    Rows are numbered through all days, from 0.
    """
    steps = [step for day in days for step in day]
    numbers = iter(range(len(steps)))
    sets = [frozenset(next(numbers) for _ in day) for day in days]
    found, waiting = Holes(), [_State(0, frozenset(), start)]
    met: set[_State] = set()
    tried = 0
    while waiting and tried < _MOST_TRIED:
        state = waiting.pop()
        if state in met:
            continue
        met.add(state)
        tried += len(state.left)
        if state.left:
            waiting += _after(state, steps)
        elif state.day < len(sets):
            waiting.append(state._replace(day=state.day + 1, left=sets[state.day]))
        else:
            _note(found, state)
    return None if waiting else found


def ends(steps: Sequence[Step]) -> tuple[Decimal, Decimal] | None:
    """Give where the rows of a day began and ended, if they tell so: in one chain, not a ring."""
    degrees: dict[Decimal, int] = {}
    for step in steps:
        if step.before is None or step.after is None:
            return None
        degrees[step.before] = degrees.get(step.before, 0) + 1
        degrees[step.after] = degrees.get(step.after, 0) - 1
    loose = {each: balance for balance, each in degrees.items() if each}
    return (loose[1], loose[-1]) if _is_chain(degrees.values()) else None


def _is_chain(degrees: Iterable[int]) -> bool:
    """Tell whether there is one beginning and one end."""
    return sorted(each for each in degrees if each) == [-1, 1]


def _after(state: _State, steps: Sequence[Step]) -> Iterator[_State]:
    """Go on with each row of the day that is left."""
    for number in state.left:
        step = steps[number]
        to = state._replace(left=state.left - {number}, last=None if state.hole else number)
        torn = to._replace(last=None, hole=Hole(state.last, number))
        if step.after is None:
            balance = amounts.total([state.balance, step.amount])
            yield to._replace(balance=balance)
            if state.hole is None:
                yield torn._replace(balance=balance, unseen=True)
        elif (step.before == state.balance) != state.unseen:
            yield to._replace(balance=step.after, unseen=False)
        elif state.hole is None:
            yield torn._replace(balance=step.after)


def _note(found: Holes, state: _State) -> None:
    """Note what a way that was gone to its end says."""
    if state.hole is None:
        found.whole = True
    elif not state.unseen:
        found.places.add(state.hole)
