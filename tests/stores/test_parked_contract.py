"""What the stores of parked records and of issues do."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.stores.made import KEY, MINUTE, NOW, OTHER, at
from tests.stores.stores import Stores
from tidemark.domain.held import Held, HeldReason
from tidemark.domain.issues import Issue, IssueState, IssueType
from tidemark.domain.legs import Kind, Leg, Role
from tidemark.domain.pages import Unread
from tidemark.domain.transactions import Found
from tidemark.errors import NotFound

ROW = Unread("L1", "unknown type", '{"type": "new"}', at(3))


def found(name: str) -> Found:
    """Make a pending transaction."""
    leg = Leg("x:0", "BTC", Decimal("-0.10"), Role.FEE, "BTC", Kind.FEE)
    return Found(name, "x", at(1), (leg,), raw="[]", details={"txid": "x"})


def test_parks_each_unread_row_once(stores: Stores) -> None:
    """The sync that met it last is named; rows that are understood now are dropped."""
    lost = Unread("L2", "no time", "{}")
    many = [replace(ROW, id=f"M{n}") for n in range(30)]

    stores.parked.park_unread(KEY, [ROW, lost, ROW, *many], "sync_1")
    stores.parked.park_unread(KEY, [ROW], "sync_2")

    rows = stores.parked.unread(KEY)
    assert rows[:2] == [(ROW, "sync_2"), (lost, "sync_1")]
    assert len(rows) == 32
    stores.parked.settle_unread(KEY, ["L1", "L9", "L1", *(each.id for each in many)])
    assert stores.parked.unread(KEY) == [(lost, "sync_1")]
    assert stores.parked.unread(OTHER) == []


def test_pending_ones_are_those_that_the_last_sync_met(stores: Stores) -> None:
    """What settled or vanished is dropped when the sync is through."""
    stores.parked.park_pending(KEY, [found("A"), found("B")], "sync_1")
    stores.parked.park_pending(KEY, [found("B"), found("C"), found("C")], "sync_2")
    assert [each.id for each in stores.parked.pending(KEY)] == ["A", "B", "C"]

    stores.parked.drop_pending_but(KEY, "sync_2")

    assert stores.parked.pending(KEY) == [found("B"), found("C")]
    assert stores.parked.unread(KEY) == []


def test_erases_all_that_is_parked(stores: Stores) -> None:
    """Of both sorts."""
    stores.parked.park_unread(KEY, [ROW], "sync_1")
    stores.parked.park_pending(KEY, [found("A")], "sync_1")

    stores.parked.erase(KEY)

    assert stores.parked.unread(KEY) == []
    assert stores.parked.pending(KEY) == []


def test_holds_transactions_until_they_are_let_go(stores: Stores) -> None:
    """The same one is held once; what is parked beside them stays apart."""
    first = Held(found("ledger:A"), HeldReason.NEW, "sync_1", NOW)
    second = Held(found("ledger:B"), HeldReason.RESTORED, "sync_1", NOW)
    rejected = replace(first, rejected=True)
    stores.parked.park_pending(KEY, [found("ledger:A")], "sync_1")

    stores.parked.hold(KEY, [first, second])
    stores.parked.hold(KEY, [rejected])

    assert stores.parked.held(KEY) == [rejected, second]
    assert stores.parked.held(OTHER) == []
    stores.parked.let_go(KEY, ["ledger:A", "ledger:A", "ledger:X"])
    assert stores.parked.held(KEY) == [second]
    stores.parked.erase(KEY)
    assert stores.parked.held(KEY) == []


ISSUE = Issue(
    "iss_1", KEY.integration_id, IssueType.UNREAD_ROWS, "1 row", NOW, details={"rows": "1"}
)


def test_an_open_issue_is_refreshed(stores: Stores) -> None:
    """Its words are new, the time since when it is open is not."""
    later = replace(ISSUE, message="2 rows", opened_at=NOW + MINUTE, subject="s")

    stores.issues.open("alice", ISSUE)
    stores.issues.open("alice", later)

    assert stores.issues.of_owner("alice") == [replace(later, opened_at=NOW)]
    assert stores.issues.of_owner("mallory") == []


def test_a_resolved_issue_opens_anew(stores: Stores) -> None:
    """It closes by itself, once, and reopens with the new time."""
    stores.issues.open("alice", ISSUE)

    for minutes in (1, 2):
        stores.issues.resolve("alice", "iss_1", NOW + minutes * MINUTE)

    closed = replace(ISSUE, state=IssueState.RESOLVED, closed_at=NOW + MINUTE)
    assert stores.issues.of_owner("alice") == [closed]
    again = replace(ISSUE, opened_at=NOW + 3 * MINUTE)
    stores.issues.open("alice", again)
    assert stores.issues.of_owner("alice") == [again]


def test_a_dismissed_issue_stays_dismissed(stores: Stores) -> None:
    """Its cause does not change that; an unknown one cannot be dismissed."""
    stores.issues.open("alice", ISSUE)
    dismissed = replace(ISSUE, state=IssueState.DISMISSED, closed_at=NOW)

    assert stores.issues.dismiss("alice", "iss_1", NOW) == dismissed
    assert stores.issues.dismiss("alice", "iss_1", NOW + MINUTE) == dismissed
    stores.issues.open("alice", replace(ISSUE, message="again"))

    assert stores.issues.of_owner("alice") == [dismissed]
    with pytest.raises(NotFound):
        stores.issues.dismiss("mallory", "iss_1", NOW)
    stores.issues.resolve("mallory", "iss_1", NOW)
    assert stores.issues.of_owner("mallory") == []


def test_a_dismissed_issue_opens_anew_when_its_cause_has_gone_and_come_back(
    stores: Stores,
) -> None:
    """Once the cause is gone it is resolved, and then there is nothing to dismiss."""
    stores.issues.open("alice", ISSUE)
    stores.issues.dismiss("alice", "iss_1", NOW)
    stores.issues.resolve("alice", "iss_1", NOW + MINUTE)

    resolved = replace(ISSUE, state=IssueState.RESOLVED, closed_at=NOW + MINUTE)
    assert stores.issues.dismiss("alice", "iss_1", NOW + 2 * MINUTE) == resolved
    again = replace(ISSUE, opened_at=NOW + 3 * MINUTE)
    stores.issues.open("alice", again)
    assert stores.issues.of_owner("alice") == [again]


def test_lists_and_erases_issues(stores: Stores) -> None:
    """Newest first; those of one integration can be removed."""
    newer = replace(ISSUE, id="iss_0", integration_id=OTHER.integration_id, opened_at=NOW + MINUTE)
    stores.issues.open("alice", newer)
    stores.issues.open("alice", ISSUE)

    assert stores.issues.of_owner("alice") == [newer, ISSUE]
    stores.issues.erase("alice", KEY.integration_id)
    assert stores.issues.of_owner("alice") == [newer]


def test_a_dismissed_issue_opens_anew_for_another_cause(stores: Stores) -> None:
    """The owner's word was about the one that was told."""
    stores.issues.open("alice", replace(ISSUE, cause="BTC"))
    stores.issues.open("alice", replace(ISSUE, cause="ETH"))
    stores.issues.dismiss("alice", "iss_1", NOW)
    stores.issues.open("alice", replace(ISSUE, cause="ETH"))
    assert [each.state for each in stores.issues.of_owner("alice")] == [IssueState.DISMISSED]

    another = replace(ISSUE, cause="BTC", opened_at=NOW + MINUTE)
    stores.issues.open("alice", another)
    assert stores.issues.of_owner("alice") == [another]
