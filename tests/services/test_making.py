"""Transactions made by hand: in any integration, and nothing that syncs know moves by them."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.source import FakeSource, trades
from tests.services.test_editing import editing, world
from tests.world import KEY, START, World
from tidemark.domain.facts import Words
from tidemark.domain.files import Money
from tidemark.domain.ids import transaction_id
from tidemark.domain.integrations import IntegrationKey, IntegrationKind
from tidemark.domain.legs import Kind
from tidemark.domain.syncs import Mode
from tidemark.domain.transactions import Origin, State, Transaction
from tidemark.domain.wording import Said
from tidemark.errors import Conflict, Invalid, NotFound
from tidemark.services.add_up import AddUp
from tidemark.services.make_transaction import MakeTransaction
from tidemark.services.read_history import Actor, history_of

MANUAL = IntegrationKey("alice", "intg_01J00000000000000000000005")
COIN = Money("BTC", Decimal("0.5"))


def make(
    it: World,
    key: IntegrationKey = KEY,
    **said: Any,  # noqa: ANN401
) -> Transaction:
    """Make a transaction."""
    making = MakeTransaction(it.integrations, it.amending, it.clock)
    wanted = {"received": COIN, "occurred_at": START, **said}
    return making.make(key.owner, key.integration_id, Said(**wanted), '{"a":"b"}').transaction  # type: ignore[typeddict-item]


@pytest.mark.parametrize("key", [KEY, MANUAL])
def test_one_can_be_made_in_any_integration(key: IntegrationKey) -> None:
    """With or without a source; it counts at once."""
    it = world()
    it.connect(MANUAL, "manual")
    manual = replace(it.integrations.items[MANUAL], kind=IntegrationKind.MANUAL)
    it.integrations.items[MANUAL] = manual
    before = AddUp(it.ledger, it.months, it.clock).calculated(key).get("BTC", Decimal(0))
    made = make(it, key, label="Gift", kind=Kind.AIRDROP)
    kept = it.ledger.of(key)[made.id]
    assert made.id.startswith("own:")
    assert (kept.origin, kept.import_id, kept.source_id) == (Origin.MANUAL, "", "")
    assert (kept.overlay, kept.words, kept.facts.kind) == (
        None,
        Words(label="Gift"),
        Kind.AIRDROP,
    )
    after = AddUp(it.ledger, it.months, it.clock).calculated(key)["BTC"]
    assert after - before == Decimal("0.5")
    (entry,) = history_of(kept)
    assert (entry.action, entry.actor, entry.by) == ("created", Actor.OWNER, None)
    assert entry.at == kept.imported_at


def test_what_was_entered_is_kept_as_it_was() -> None:
    """Beside what was understood."""
    it = world()
    assert json.loads(make(it).raw or "") == [{"a": "b"}]


def test_two_that_are_alike_are_two() -> None:
    """Nobody but their owner knows better."""
    it = world()
    assert make(it).id != make(it).id


@pytest.mark.parametrize("mode", [Mode.INCREMENTAL, Mode.MISSING])
@pytest.mark.parametrize("days", [-3_000, 0, 100, 3_000])
def test_one_made_by_hand_moves_no_proven_point(mode: Mode, days: int) -> None:
    """Neither coverage, nor what the next sync reads; nor is it touched by it."""
    plain, it = world(), world()
    made = make(it, occurred_at=START + timedelta(days=days))
    assert it.coverage.read(KEY) == plain.coverage.read(KEY)
    for each in (plain, it):
        each.clock.advance(timedelta(days=1))
        each.source.calls.clear()
    one, other = plain.run(mode), it.run(mode)
    assert one.window == other.window
    assert (one.counts, plain.source.calls) == (other.counts, it.source.calls)
    assert it.ledger.of(KEY)[made.id] == made


def test_one_that_is_deleted_leaves_a_tombstone_that_no_source_restores() -> None:
    """And can be forgotten."""
    it = world()
    shown = transaction_id(KEY.integration_id, make(it).id)
    assert editing(it).delete("alice", shown).transaction.state is State.DELETED
    with pytest.raises(Conflict) as refused:
        editing(it).restore("alice", shown)
    assert refused.value.code == "no_source"
    editing(it).forget("alice", shown)
    assert it.run(Mode.MISSING).counts.new == 0


def test_the_integration_must_be_the_owners_and_stay() -> None:
    """Nothing is written into one that is being deleted, kept or not."""
    it = World(FakeSource(trades(1, start=START)))
    it.connect(deleting=True)
    stranger = IntegrationKey("bob", KEY.integration_id)
    for key in (KEY, stranger, IntegrationKey("alice", "intg_x")):
        with pytest.raises(NotFound):
            make(it, key)
    it.connect(MANUAL, deleting=True, extra={"kept_transactions": "yes"})
    with pytest.raises(NotFound):
        make(it, MANUAL)
    assert it.ledger.writes == 0


def test_it_has_a_time_and_moves_something() -> None:
    """Else it is refused, and nothing is written."""
    it = world()
    making = MakeTransaction(it.integrations, it.amending, it.clock)
    for said in (Said(received=COIN), Said(occurred_at=START), Said(occurred_at=START, legs=[])):
        with pytest.raises(Invalid):
            making.make("alice", KEY.integration_id, said, "{}")
    assert len(it.ledger.of(KEY)) == 3
