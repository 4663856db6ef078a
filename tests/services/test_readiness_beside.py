"""What lies beside a ledger, or was told of it, keeps a tax report from being ready."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.reported import (
    CASH,
    DAY,
    NAME,
    NEW_YEAR,
    Reported,
    blockers,
    cash,
    change,
    codes,
    ready,
    tell,
)
from tests.world import KEY, START
from tidemark.domain.accounts import Account
from tidemark.domain.duplicates import Duplicate, DuplicateState
from tidemark.domain.files import FileFormat
from tidemark.domain.held import Held, HeldReason
from tidemark.domain.ids import transaction_id
from tidemark.domain.imports import Import, ImportStatus
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.issues import IssueType, issue_id
from tidemark.domain.pages import Unread


def park(it: Reported, at: datetime | None) -> None:
    """Keep a row that is not understood."""
    it.parked.park_unread(KEY, [Unread("L9", "unknown", "{}", at)], "sync_1")


def wait(it: Reported, at: datetime) -> None:
    """Keep a pending transaction."""
    it.parked.park_pending(KEY, [replace(it.source.rows[0].found(), occurred_at=at)], "sync_1")


def hold(it: Reported, at: datetime) -> None:
    """Keep a held transaction."""
    found = replace(it.source.rows[0].found(), occurred_at=at)
    it.parked.hold(KEY, [Held(found, HeldReason.NEW, "sync_1", at)])


@pytest.mark.parametrize(
    ("keep", "code"),
    [(park, "unread_rows"), (wait, "pending_transactions"), (hold, "held_transactions")],
)
@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (NEW_YEAR - DAY, True),
        (NEW_YEAR, False),
        (datetime(2025, 1, 1, tzinfo=UTC), True),
        (datetime(2024, 12, 31, 23, 59, tzinfo=UTC), False),
    ],
)
def test_what_lies_beside_the_ledger_blocks_its_own_year(
    keep: Callable[[Reported, datetime], None],
    code: str,
    at: datetime,
    counts: bool,  # noqa: FBT001 - a parameter of a test
) -> None:
    """It is counted."""
    it = ready()
    keep(it, at)
    assert [(each.code, each.count) for each in blockers(it)] == ([(code, 1)] if counts else [])


def test_a_row_without_a_time_blocks_every_year() -> None:
    """Nobody knows where it belongs."""
    it = ready()
    park(it, None)
    assert [codes(it, year) for year in (2024, 2025)] == [["unread_rows"]] * 2


def test_what_was_rejected_is_decided() -> None:
    """It stays out, by the owner's word."""
    it = ready()
    hold(it, NEW_YEAR - DAY)
    (held,) = it.parked.held(KEY)
    it.parked.hold(KEY, [replace(held, rejected=True)])
    assert blockers(it) == []


@pytest.mark.parametrize("about", ["balance_mismatch", "calculation_bug", "source_changed"])
def test_what_is_wrong_blocks_until_it_is_right_or_dismissed(about: str) -> None:
    """An issue that is open."""
    it = ready()
    subject = tell(it, IssueType(about))
    (blocker,) = blockers(it)
    assert blocker.code == about
    assert blocker.way.href == f"/v1/issues?integration={NAME}&type={about}&state=open"
    it.issues.dismiss("alice", subject, it.clock.now())
    assert blockers(it) == []


def test_a_change_at_the_source_blocks_its_own_year() -> None:
    """The issue says when the transaction was."""
    it = ready()
    tell(it, IssueType.SOURCE_CHANGED, occurred_at="2024-06-01T00:00:00.000000Z")
    assert codes(it, 2025) == []
    assert codes(it, 2024) == ["source_changed"]


def test_a_mismatch_that_a_check_finds_blocks() -> None:
    """And the sync that mends it takes it away."""
    it = ready()
    it.source.told_balances = {"BTC": Decimal(7)}
    it.run()
    assert codes(it) == ["balance_mismatch"]
    it.source.told_balances = None
    it.run()
    assert blockers(it) == []


def test_a_dismissed_mismatch_lets_no_other_pass() -> None:
    """What the owner never saw keeps the report from being ready."""
    it = ready()
    it.source.told_balances = {"BTC": Decimal("0.02")}
    it.run()
    subject = issue_id(NAME, IssueType.BALANCE_MISMATCH)
    it.issues.dismiss("alice", subject, it.clock.now())
    it.run()
    assert blockers(it) == []
    it.source.told_balances = {"BTC": Decimal(2)}
    it.run()
    assert codes(it) == ["balance_mismatch"]


def test_what_has_no_value_blocks() -> None:
    """Asked for in the owner's year, and counted."""
    it = ready()
    it.accounts.items["alice"] = Account("alice", zone="Europe/Berlin")
    it.valuations.counts[KEY] = 4
    (blocker,) = blockers(it)
    assert (blocker.code, blocker.count) == ("unvalued_transactions", 4)
    (window,) = it.valuations.windows
    hour = timedelta(hours=1)
    assert (window.since, window.until) == (START - hour, NEW_YEAR - hour)
    assert blocker.way.href.startswith(f"/v1/transactions?integration={NAME}&from=2024-12-31T23")


def pair(own: IntegrationKey, twin: IntegrationKey, state: DuplicateState) -> Duplicate:
    """Make a pair."""
    names = [transaction_id(each.integration_id, "x") for each in (own, twin)]
    return Duplicate(
        f"dup_{state.value}", *names, {}, 0, unique=True, found_by="", opened_at=START, state=state
    )


def test_undecided_duplicates_block() -> None:
    """Once for each pair that is open, at the own one's integration."""
    it = ready()
    cash(it)
    it.duplicates.add("alice", [pair(CASH, KEY, state) for state in DuplicateState])
    (blocker,) = blockers(it)
    assert (blocker.code, blocker.count) == ("possible_duplicates", 1)
    assert blocker.integration_id == CASH.integration_id
    change(it, deactivated=True)
    assert blockers(it) == []


@pytest.mark.parametrize("status", list(ImportStatus))
def test_a_file_that_is_at_work_blocks(status: ImportStatus) -> None:
    """One that only waits for a word, or for its file, does not: nothing of it is there yet."""
    it = ready()
    cash(it)
    now, name = it.clock.now(), "imp_01J00000000000000000000007"
    record = Import(
        "alice", name, CASH.integration_id, FileFormat.CSV, "UTC", now, now, now + DAY, status
    )
    it.imports.put(replace(record, version=1), 0)
    at_work = status in {ImportStatus.CHECKING, ImportStatus.COMMITTING, ImportStatus.REVERTING}
    assert codes(it) == (["unfinished_import"] if at_work else [])
