"""Overlays: what the owner says lies over what was imported, through syncs, and can be reset."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.source import FakeSource, Row, trades
from tests.services.test_editing import ID, INNER, editing, world
from tests.world import KEY, START, World
from tidemark.domain.accounts import PeriodLock
from tidemark.domain.facts import Overlay
from tidemark.domain.files import Money
from tidemark.domain.integrations import DeletedPolicy
from tidemark.domain.journal import Noted
from tidemark.domain.pages import Window
from tidemark.domain.syncs import Mode
from tidemark.domain.transactions import State, Transaction
from tidemark.domain.wording import Said
from tidemark.errors import Conflict, Stale
from tidemark.services.add_up import AddUp
from tidemark.services.edit_transactions import mark_of
from tidemark.services.read_history import Actor, history_of

LATER = START + timedelta(days=40)


def say(it: World, **said: Any) -> Transaction:  # noqa: ANN401
    """Say something of the transaction."""
    return editing(it).update("alice", ID, Said(**said)).transaction


def actions(it: World) -> list[str]:
    """Give what the transaction's history says."""
    return [each.action for each in history_of(it.ledger.of(KEY)[INNER])]


def euros(it: World) -> Decimal:
    """Give the calculated balance of euros."""
    return AddUp(it.ledger, it.months, it.clock).calculated(KEY)["EUR"]


def test_the_imported_facts_stay_below() -> None:
    """The overlay is another attribute of the same item; balances follow it, also to months."""
    it = world()
    before = it.ledger.of(KEY)[INNER]
    assert euros(it) == Decimal("-6.75")
    say(it, sent=Money("EUR", Decimal(10)), occurred_at=LATER)
    kept = it.ledger.of(KEY)[INNER]
    assert (kept.legs, kept.occurred_at, kept.raw) == (before.legs, before.occurred_at, before.raw)
    assert (kept.facts.occurred_at, euros(it)) == (LATER, Decimal("-14.50"))
    editing(it).reset("alice", ID)
    kept = it.ledger.of(KEY)[INNER]
    assert (kept.overlay, kept.facts, euros(it)) == (None, before.facts, Decimal("-6.75"))
    assert it.ledger.writes == 5


@pytest.mark.parametrize("mode", [Mode.INCREMENTAL, Mode.MISSING, Mode.RANGE])
def test_no_sync_touches_an_edited_one(mode: Mode) -> None:
    """Byte for byte, and it is known, wherever its owner moved it."""
    it = world()
    say(it, label="Rent", occurred_at=LATER, sent=Money("USD", Decimal(3)))
    before = dict(it.ledger.of(KEY))
    it.clock.advance(timedelta(hours=1))
    window = Window(START, START + timedelta(days=2)) if mode is Mode.RANGE else None
    counts = it.run(mode, window).counts
    assert (counts.new, counts.changed, it.ledger.of(KEY)) == (0, 0, before)


def test_what_says_nothing_new_writes_nothing() -> None:
    """Neither an item, nor a chunk, nor history."""
    it = world()
    said = say(it, label="Rent", received=Money("BTC", Decimal("0.5")))
    chunks, writes = list(it.journal.oldest_first("alice", 0)), it.ledger.writes
    assert say(it, label="Rent", received=Money("BTC", Decimal("0.50"))) == said
    assert say(it) == said
    assert (list(it.journal.oldest_first("alice", 0)), it.ledger.writes) == (chunks, writes)
    assert actions(it) == ["imported", "updated"]


def test_what_is_said_to_be_as_imported_is_not_edited() -> None:
    """The history tells all the same."""
    it = world()
    say(it, label="Rent", occurred_at=LATER)
    said = say(it, label=None, occurred_at=START + timedelta(hours=5))
    assert said.overlay is None
    assert actions(it) == ["imported", "updated", "updated"]


def test_the_history_says_who_when_what_before_and_after() -> None:
    """Only the facts that were changed; the first entry is the import."""
    it = world()
    brought = it.ledger.of(KEY)[INNER]
    it.clock.advance(timedelta(days=1))
    say(it, label="Rent", sent=Money("EUR", Decimal(10)))
    editing(it).exclude("alice", ID)
    editing(it).reset("alice", ID)
    first, updated, excluded, reset = history_of(it.ledger.of(KEY)[INNER])
    assert (first.at, first.actor, first.by) == (
        brought.imported_at,
        Actor.SYNC,
        brought.import_id,
    )
    assert (updated.at, updated.actor, updated.by) == (it.clock.now(), Actor.OWNER, None)
    amounts = [[leg["amount"] for leg in told["legs"]] for told in (updated.before, updated.after)]  # type: ignore[index, attr-defined]
    assert amounts == [["-2.25", "0.002"], ["0.002", "-10"]]
    assert (updated.before["label"], updated.after["label"]) == (None, "Rent")
    assert (excluded.before, excluded.after) == ({"state": "active"}, {"state": "excluded"})
    assert (reset.action, reset.before, reset.after) == ("reset", updated.after, updated.before)


def test_deleting_leaves_no_amount_and_no_word_anywhere() -> None:
    """Neither in the tombstone, nor in its history, nor in the journal."""
    it = world()
    say(it, label="Rent", note="secret", sent=Money("XAU", Decimal(777)))
    editing(it).delete("alice", ID)
    kept = it.ledger.of(KEY)[INNER]
    assert kept.history is not None
    told = repr([kept, kept.history, it.journal.chunks])
    for word in ("Rent", "secret", "XAU", "777", "2.25", "0.002"):
        assert word not in told
    assert actions(it) == ["imported", "updated", "deleted"]
    assert history_of(kept)[-1].before == {"state": "active"}


def test_one_that_was_moved_and_deleted_is_found_again_at_its_source() -> None:
    """Where its source has it, not where its owner put it; the history tells of both imports."""
    it = world()
    brought = it.ledger.of(KEY)[INNER]
    say(it, occurred_at=LATER, label="Rent")
    editing(it).delete("alice", ID)
    assert it.ledger.of(KEY)[INNER].overlay == Overlay(occurred_at=LATER)
    it.clock.advance(timedelta(days=1))
    sync = it.finish(editing(it).restore("alice", ID))
    back = it.ledger.of(KEY)[INNER]
    assert (back.state, back.facts, back.overlay) == (State.ACTIVE, brought.facts, None)
    entries = history_of(back)
    assert [each.action for each in entries] == ["imported", "updated", "deleted", "restored"]
    assert (entries[0].by, entries[0].at) == (brought.import_id, brought.imported_at)
    assert (entries[-1].actor, entries[-1].by) == (Actor.SYNC, sync.id)
    assert entries[-1].after["import"] == sync.id
    editing(it).delete("alice", ID)
    kept = it.ledger.of(KEY)[INNER]
    assert history_of(kept)[0].by == brought.import_id
    assert "0.002" not in repr(kept)


def test_one_that_was_moved_and_deleted_reappears_where_that_is_wanted() -> None:
    """With the next sync, as far back as its source has it."""
    it = World(FakeSource(trades(20, start=START), page_size=50))
    it.connect(deleted=DeletedPolicy.REAPPEAR)
    it.run()
    say(it, occurred_at=it.clock.now() - timedelta(hours=1))
    editing(it).delete("alice", ID)
    it.clock.advance(timedelta(hours=1))
    assert it.run().counts.new == 1
    assert it.ledger.of(KEY)[INNER].facts.occurred_at == START + timedelta(hours=5)


@pytest.mark.parametrize("act", ["update", "reset", "include"])
def test_neither_a_deleted_nor_a_merged_one_is_changed(act: str) -> None:
    """The code says which it is."""
    it = world()
    acts: dict[str, Callable[[], object]] = {
        "update": lambda: say(it, label="Rent"),
        "reset": lambda: editing(it).reset("alice", ID),
        "include": lambda: editing(it).include("alice", ID),
    }
    stored = it.ledger.of(KEY)[INNER]
    merged = replace(stored, state=State.EXCLUDED, merged_into="ledger:T0002")
    for row, code in ((merged, "merged"), (stored.tombstone(), "deleted")):
        it.ledger.of(KEY)[INNER] = row
        with pytest.raises(Conflict) as refused:
            acts[act]()
        assert refused.value.code == code
        assert it.ledger.of(KEY)[INNER] == row


def test_nothing_moves_into_or_out_of_a_locked_period() -> None:
    """Neither by a time that is said, nor by resetting it."""
    it = world()
    say(it, occurred_at=LATER)
    account = it.accounts.get("alice")
    lock = PeriodLock(START + timedelta(days=30), "UTC", it.clock.now())
    it.accounts.replace(replace(account, lock=lock), account.version)
    moves: list[Callable[[], object]] = [
        lambda: editing(it).reset("alice", ID),
        lambda: say(it, occurred_at=START),
    ]
    for move in moves:
        with pytest.raises(Conflict) as refused:
            move()
        assert refused.value.code == "period_locked"
    assert say(it, label="Rent").facts.label == "Rent"
    assert editing(it).delete("alice", ID).transaction.facts.occurred_at == LATER


def test_an_overlay_that_is_overtaken_is_made_anew() -> None:
    """Over what the other wrote; with If-Match it is refused instead."""
    it = world()
    seen = mark_of(it.ledger.of(KEY)[INNER])
    it.watch = lambda when, call: (
        set_label(it) if (when, call) == ("before", "MemoryLedger.replace") else None
    )
    said = say(it, note="March")
    assert (said.facts.label, said.facts.note) == ("theirs", "March")
    with pytest.raises(Stale):
        editing(it).update("alice", ID, Said(note="April"), seen)


def set_label(it: World) -> None:
    """Do as somebody who is quicker, once."""
    stored = it.ledger.of(KEY)[INNER]
    if stored.overlay is None:
        it.ledger.of(KEY)[INNER] = replace(
            stored, overlay=Overlay(label="theirs"), revision=stored.revision + 1
        )


def test_late_legs_of_an_edited_one_are_an_issue() -> None:
    """They are not mixed into what its owner says."""
    it = world()
    say(it, label="Rent")
    it.source.rows.append(Row("L0001C", "T0001", START + timedelta(hours=5), "EUR", Decimal(-1)))
    assert it.run(Mode.MISSING).counts.changed == 1
    assert len(it.ledger.of(KEY)[INNER].legs) == 2
    modified = [c for c in it.journal.oldest_first("alice", 0) if c.action is Noted.MODIFIED]
    assert len(modified) == 1
