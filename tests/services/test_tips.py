"""What may explain a mismatch: each cause is named when it is there, and only then."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.source import FakeSource, Row
from tests.judged import judging
from tests.keyed import write_down
from tests.world import KEY, START, World, set_state, world
from tidemark.domain.balances import AssetBalance, Finding
from tidemark.domain.coverage import StreamCoverage
from tidemark.domain.duplicates import Duplicate
from tidemark.domain.held import Held, HeldReason
from tidemark.domain.ids import transaction_id
from tidemark.domain.pages import Scope
from tidemark.domain.transactions import Origin, State

FIRST = "ledger:T0000"


@pytest.fixture
def it() -> World:
    """Give a world that was synced."""
    made = world(6)
    made.run()
    return made


def found(it: World, **more: Any) -> Finding:  # noqa: ANN401 - what explaining takes
    """Find out about a euro too much."""
    differing = [AssetBalance("EUR", Decimal(1), Decimal(0))]
    explaining = replace(judging(it).explaining, **more)
    (finding,) = explaining.explain(it.integrations.items[KEY], differing)
    return finding


def codes(it: World) -> list[str]:
    """Give the words of the tips, but for the one that is always there."""
    *words, always = (tip.code for tip in found(it).tips)
    assert always == "sync_missing"
    return words


def test_nothing_special_has_no_tips(it: World) -> None:
    """Then only reading everything again may help."""
    assert codes(it) == []


@pytest.mark.parametrize("state", [State.EXCLUDED, State.DELETED])
def test_what_does_not_count_is_named(it: World, state: State) -> None:
    """By the id that the owner sees."""
    set_state(it, FIRST, state)
    (tip, _) = found(it).tips
    assert (tip.code, tip.ids) == (state, (transaction_id(KEY.integration_id, FIRST),))
    assert f"state={state}" in tip.link


def test_what_the_owner_wrote_is_named(it: World) -> None:
    """Other amounts, and transactions of one's own; not what only has another time."""
    stored = it.ledger.of(KEY)[FIRST]
    it.ledger.of(KEY)[FIRST] = replace(stored, overlay={"occurred_at": START})
    assert codes(it) == []
    it.ledger.of(KEY)[FIRST] = replace(stored, overlay={"legs": stored.legs[:1]})
    assert codes(it) == ["edited"]
    write_down(it, Row("A", "A", START, "EUR", Decimal(5)), origin=Origin.FILE)
    assert codes(it) == ["edited", "own_transactions"]


def test_what_is_held_or_may_be_there_twice_is_named(it: World) -> None:
    """A pair of another integration is not."""
    row = Row("H", "H", START, "EUR", Decimal(5)).found()
    it.parked.hold(KEY, [Held(row, HeldReason.NEW, "sync_1", START)])
    assert codes(it) == ["held"]
    for name, integration in (("dup_1", KEY.integration_id), ("dup_2", "intg_" + "9" * 26)):
        ids = (transaction_id(integration, each) for each in ("own", "twin"))
        pair = Duplicate(name, *ids, {}, 0, unique=True, found_by="x", opened_at=START)
        it.duplicates.add("alice", [pair])
    assert [tip.ids for tip in found(it).tips] == [(row.id,), ("dup_1",), ()]


def test_what_was_not_read_is_named(it: World) -> None:
    """Before the start date, in a hole, by nobody, beyond the source's memory."""
    integration = it.integrations.items[KEY]
    it.integrations.items[KEY] = replace(integration, start_date=START + timedelta(days=1))
    assert codes(it) == ["start_date"]
    it.integrations.items[KEY] = integration
    streams, version = it.coverage.read(KEY)
    shortened = {name: each.reopened(START) for name, each in streams.items()}
    it.coverage.write(KEY, shortened, version)
    assert codes(it) == ["not_covered"]
    forgetful = {name: replace(each, unavailable_before=START) for name, each in streams.items()}
    it.coverage.write(KEY, forgetful, version + 1)
    assert codes(it) == ["not_covered"]
    it.coverage.write(KEY, {"ledger": StreamCoverage()}, version + 2)
    assert codes(it) == ["not_covered"]


def test_what_the_connector_cannot_read_is_named(it: World) -> None:
    """In the connector's own words."""
    it.source.scope = Scope(reads=("trades",), misses=("futures",))
    (tip, _) = found(it).tips
    assert (tip.code, tip.message) == ("scope_gap", "The connector does not read: futures.")


def test_a_history_that_is_too_long_is_not_searched(it: World) -> None:
    """That is said."""
    assert found(it, most=6).tips[0].code == "sync_missing"
    assert found(it, most=5).tips[0].code == "not_located"


def test_a_record_without_a_balance_gives_no_place(it: World) -> None:
    """Where all tell one, the first that differs is the place."""
    assert found(it, connectors=Telling({})).parting is None
    finding = found(it, connectors=Telling({"EUR": Decimal(7)}))
    assert finding.parting is not None
    assert finding.parting.source_ids == ("T0000",)
    it.ledger.of(KEY).clear()
    assert found(it, connectors=Telling({"EUR": Decimal(7)})).parting is None


class Telling(FakeSource):
    """A source whose records all tell the same balances."""

    def __init__(self, told: dict[str, Decimal]) -> None:
        """Tell these."""
        super().__init__()
        self._told = told

    def balances_after(self, raw: str) -> dict[str, Decimal]:
        """Tell them, whatever the record."""
        del raw
        return self._told
