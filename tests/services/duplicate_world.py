"""A world in which an owner told by hand what a source told too."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.fakes.source import FakeSource, trades
from tests.world import KEY, START, World
from tidemark.domain.duplicates import Duplicate, DuplicateState
from tidemark.domain.facts import Words
from tidemark.domain.history import Action
from tidemark.domain.ids import transaction_id
from tidemark.domain.integrations import IntegrationKey, IntegrationKind
from tidemark.domain.issues import Issue, IssueState, IssueType
from tidemark.domain.legs import Leg
from tidemark.domain.transactions import Origin, Transaction
from tidemark.services.decide_duplicates import DecideDuplicates

BY_HAND = IntegrationKey("alice", "intg_01J0000000000000000000000A")
HOUR = timedelta(hours=1)


def world(count: int = 3) -> World:
    """Give a world with a source of so many trades, five hours apart, and a manual integration."""
    made = World(FakeSource(trades(count, start=START)))
    made.connect()
    made.connect(BY_HAND, "manual")
    manual = made.integrations.items[BY_HAND]
    made.integrations.items[BY_HAND] = replace(manual, kind=IntegrationKind.MANUAL)
    return made


def told(it: World, number: int) -> tuple[Leg, ...]:
    """Give what the source tells of one of its trades."""
    rows = [row for row in it.source.rows if row.group == f"T{number:04}"]
    return tuple(leg for row in rows for leg in row.found().legs)


def by_hand(
    it: World,
    number: int = 1,
    key: IntegrationKey = KEY,
    *,
    name: str = "",
    later: timedelta = HOUR,
    legs: Sequence[Leg] | None = None,
    words: Words | None = None,
) -> str:
    """Tell by hand of the source's trade, a while later; give the id that the owner sees."""
    it.finding.expect_own(key)
    inner = name or f"own:{number}"
    at = START + number * timedelta(hours=5) + later
    made = Transaction(
        id=inner,
        source_id=inner,
        occurred_at=at,
        legs=tuple(legs or told(it, number)),
        imported_at=it.clock.now(),
        import_id="",
        origin=Origin.MANUAL,
        words=words,
    )
    it.amending.add(key, [made])
    return transaction_id(key.integration_id, inner)


def of_source(number: int = 1) -> str:
    """Give the id that the owner sees of one of the source's trades."""
    return transaction_id(KEY.integration_id, f"ledger:T{number:04}")


def deciding(it: World) -> DecideDuplicates:
    """Give what does as the owner decides."""
    return DecideDuplicates(it.finding.pairs, it.amending)


def pairs(it: World, state: DuplicateState | None = DuplicateState.OPEN) -> list[Duplicate]:
    """Give the pairs in a state, or all."""
    return [each for each in it.duplicates.of_owner("alice") if state in (None, each.state)]


def only_pair(it: World, state: DuplicateState | None = DuplicateState.OPEN) -> Duplicate:
    """Give the only one."""
    (pair,) = pairs(it, state)
    return pair


def told_of(it: World, state: IssueState = IssueState.OPEN) -> list[Issue]:
    """Give the issues about possible duplicates."""
    kind = IssueType.POSSIBLE_DUPLICATE
    every = it.issues.of_owner("alice")
    return [each for each in every if each.type is kind and each.state is state]


RENT = Words(label="Rent", note="June")
TWIN = "ledger:T0001"


def paired(key: IntegrationKey = KEY, words: Words = RENT) -> World:
    """Give a world with a pair."""
    it = world()
    by_hand(it, 1, key, words=words)
    it.run()
    it.clock.advance(timedelta(minutes=1))
    return it


def own_of(it: World, key: IntegrationKey = KEY) -> Transaction:
    """Give the own transaction."""
    return it.ledger.of(key)["own:1"]


def twin_of(it: World) -> Transaction:
    """Give the source's transaction."""
    return it.ledger.of(KEY)[TWIN]


def actions(stored: Transaction) -> list[Action]:
    """Give what was done to a transaction."""
    return [each.action for each in stored.history or ()]


def facts(it: World) -> Any:  # noqa: ANN401 - to compare
    """Give what is told of all transactions, without when it came to that."""
    return {
        (key.integration_id, each.id): (
            each.facts,
            each.state,
            each.overlay,
            each.merged_into,
            each.legs,
        )
        for key in (KEY, BY_HAND)
        for each in it.ledger.of(key).values()
    }
