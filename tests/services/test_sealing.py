"""Sealing a locked period: what breaks a seal, and what is too much to seal."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.locked import Lockbox
from tests.services.test_locking import CUT, refused, synced
from tests.world import KEY, START
from tidemark.domain.facts import Words, Worth
from tidemark.domain.seals import seal_of
from tidemark.domain.transactions import State, Transaction


def test_another_zone_alone_seals_nothing_anew() -> None:
    """What was changed behind the back of the ledger is not covered up by it."""
    it = synced()
    box = Lockbox(it)
    box.lock(CUT)
    rows = it.ledger.of(KEY)
    rows["ledger:T0001"] = replace(rows["ledger:T0001"], import_id="sync_x")
    lock, _ = box.lock(CUT, "Asia/Tokyo")
    assert lock is not None
    assert lock.zone == "Asia/Tokyo"
    assert box.intact() is False


@pytest.mark.parametrize(
    "change",
    [
        {"revision": 2},
        {"state": State.EXCLUDED},
        {"import_id": "sync_x"},
        {"imported_at": START},
        {"occurred_at": START + timedelta(microseconds=1)},
        {"legs": ()},
        {"overlay": {"note": "x"}},
        {"overlay": {"occurred_at": START + timedelta(hours=1)}},
        {"overlay": {"valuation": Worth(Decimal(1), "EUR")}},
        {"words": Words(valuation=Worth(Decimal(1), "EUR"))},
        {"merged_into": "x"},
        {"source_id": "x"},
    ],
)
def test_every_change_of_a_locked_transaction_breaks_the_seal(change: dict[str, object]) -> None:
    """So does one that goes, and one that comes."""
    it = synced()
    box = Lockbox(it)
    box.lock(CUT)
    rows = it.ledger.of(KEY)
    rows["ledger:T0001"] = replace(rows["ledger:T0001"], **change)  # type: ignore[arg-type]
    assert box.intact() is False


def test_what_is_too_large_to_seal_is_not_locked() -> None:
    """The clock says so while it is read."""
    it = synced()

    def slow(when: str, call: str) -> None:
        if (when, call) == ("after", "MemoryLedger.oldest_first"):
            it.clock.advance(timedelta(seconds=30))

    it.watch = slow
    refused("too_large", lambda: Lockbox(it).lock(CUT))
    assert it.accounts.get("alice").lock is None


def test_a_seal_does_not_depend_on_how_a_ledger_is_read() -> None:
    """The same transactions in the order of a list give the same seal; any other set another."""
    it = synced()
    rows: list[Transaction] = list(it.ledger.of(KEY).values())
    assert seal_of(rows) == seal_of(iter(rows))
    assert len({seal_of(rows[:count]) for count in range(len(rows) + 1)}) == len(rows) + 1
