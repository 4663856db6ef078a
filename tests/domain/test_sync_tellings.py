"""What changes of stored syncs mean."""

from tests.domain.test_tellings import NOTHING, SYNC, types
from tidemark.domain.tellings import Source, tell


def test_a_sync_is_told_as_it_goes() -> None:
    """Made; at work; ended, with how many are new; and that transactions changed, if any did."""
    assert types(Source.SYNCS, NOTHING, SYNC) == ["sync.created"]
    begun = {**SYNC, "status": "running", "started_at": "2026"}
    assert types(Source.SYNCS, SYNC, begun) == ["sync.started"]
    assert types(Source.SYNCS, NOTHING, begun) == ["sync.created", "sync.started"]
    assert types(Source.SYNCS, begun, {**begun, "started_at": "2027"}) == []
    streams = [{"counts": {"new": 2, "held": 1}}, {"counts": {"new": 3, "merged": 1}}]
    ended = {**SYNC, "status": "partial", "streams": streams, "problem": {"code": "unread_rows"}}
    outcome, changed = tell(Source.SYNCS, SYNC, ended)
    assert (outcome.type, outcome.data["new"], outcome.data["held"]) == ("sync.partial", 5, 1)
    assert outcome.data["code"] == "unread_rows"
    assert changed.data["added"] == 5
    assert changed.data["modified"] == 1
    assert types(Source.SYNCS, SYNC, {**SYNC, "status": "succeeded"}) == ["sync.succeeded"]
    assert types(Source.SYNCS, ended, {**ended, "warnings": ["x"]}) == []
    assert types(Source.SYNCS, ended, NOTHING) == []


def test_a_waiting_sync_is_told_each_time() -> None:
    """For consent, then for a password; that it still waits for the same is no news."""
    asked = {**SYNC, "status": "waiting_for_user", "waiting": {"need": "consent", "until": "9"}}
    again = {**asked, "waiting": {"need": "otp", "until": "99"}}
    assert types(Source.SYNCS, NOTHING, asked) == ["sync.created", "sync.waiting_for_user"]
    (told,) = tell(Source.SYNCS, asked, again)
    assert (told.type, told.data["for"], told.data["until"]) == (
        "sync.waiting_for_user",
        "otp",
        "99",
    )
    assert types(Source.SYNCS, again, {**again, "warnings": ["x"]}) == []


def test_a_sync_that_is_answered_goes_on() -> None:
    """If the answer was wrong it waits again: that is told again, for the same or not."""
    begun = {**SYNC, "status": "running", "started_at": "2026"}
    asked = {**begun, "status": "waiting_for_user", "waiting": {"need": "otp", "until": "9"}}
    assert types(Source.SYNCS, asked, begun) == ["sync.resumed"]
    assert types(Source.SYNCS, begun, asked) == ["sync.waiting_for_user"]
    consented = {**SYNC, "status": "waiting_for_user", "waiting": {"need": "consent"}}
    assert types(Source.SYNCS, consented, SYNC) == []
    assert types(Source.SYNCS, consented, begun) == ["sync.started"]


def test_an_undone_sync_is_told() -> None:
    """When it is asked for, and when it is done, with what is gone."""
    asked = {**SYNC, "status": "succeeded", "revert": {"status": "reverting", "removed": 0}}
    done = {**asked, "revert": {"status": "reverted", "removed": 4}}
    assert types(Source.SYNCS, {**asked, "revert": None}, asked) == ["sync.reverting"]
    assert types(Source.SYNCS, asked, done) == ["sync.reverted", "transactions.changed"]
