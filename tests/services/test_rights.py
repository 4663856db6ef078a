"""Rights of keys, asked again once a week, at the beginning of a sync."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes.source import trades
from tests.keyed import Keyed
from tests.world import KEY, START, World
from tidemark.domain.integrations import IntegrationKind, Status
from tidemark.domain.issues import IssueState, IssueType
from tidemark.domain.pages import KeyRights
from tidemark.domain.syncs import SyncStatus
from tidemark.errors import BadCredentials, RateLimited, SourceError, SourceGarbage

WEEK = timedelta(days=7)
GOOD, TRADING = KeyRights(read_only=True), KeyRights(read_only=False, excess=("trade", "withdraw"))


def world(said: KeyRights = GOOD, **facts: object) -> World:
    """Give a world with a key that was checked just now."""
    it = World(Keyed(trades(10, start=START), said=said))
    it.connect(KEY, "fake", {"api_key": "canary-key"}, **facts)
    return it


def asked(it: World) -> int:
    """Count how often the rights were asked for."""
    return it.source.calls.count("rights")


def test_they_are_asked_once_a_week() -> None:
    """Not with each sync; one call, before anything is read."""
    it = world()
    it.run()
    assert asked(it) == 0
    it.clock.advance(WEEK)
    it.source.calls.clear()
    it.run()
    it.run()
    assert (asked(it), it.source.calls[0]) == (1, "rights")
    it.clock.advance(WEEK)
    it.run()
    assert asked(it) == 2


def test_an_old_integration_is_asked_from_when_it_was_connected() -> None:
    """What was never asked again is due a week after."""
    it = world(rights_checked_at=None)
    it.run()
    assert asked(it) == 1
    assert it.integrations.items[KEY].rights_checked_at == it.clock.now()


def test_a_long_sync_asks_once() -> None:
    """Its later steps know."""
    it = world(rights_checked_at=None)
    sync = it.request()
    for _ in range(3):
        it.drive(sync, timedelta(seconds=-1))
    assert it.finish(sync).status is SyncStatus.SUCCEEDED
    assert asked(it) == 1


@pytest.mark.parametrize("kind", [IntegrationKind.WALLET, IntegrationKind.BANK])
def test_what_cannot_do_more_than_read_is_not_asked(kind: IntegrationKind) -> None:
    """Addresses and consents; a bank's few reads are too dear."""
    it = world(rights_checked_at=None)
    it.integrations.items[KEY] = replace(it.integrations.items[KEY], kind=kind)
    it.run()
    assert asked(it) == 0


def test_a_key_that_may_trade_now_reads_nothing_more() -> None:
    """The sync fails, the rights to remove are listed; taken away, all goes on."""
    it = world()
    it.run()
    it.clock.advance(WEEK)
    it.source.said = TRADING
    it.source.calls.clear()
    sync = it.run()
    assert it.source.calls == ["rights"]
    assert sync.status is SyncStatus.FAILED
    assert sync.problem is not None
    assert (sync.problem.code, sync.problem.rights) == ("key_not_read_only", ("trade", "withdraw"))
    stored = it.integrations.items[KEY]
    assert (stored.status, stored.status_reason) == (
        Status.INVALID_CREDENTIALS,
        "key_not_read_only",
    )
    (issue,) = it.issues.of_owner(KEY.owner)
    assert issue.details["remove"] == "trade, withdraw"

    it.source.said = GOOD
    assert it.run().status is SyncStatus.SUCCEEDED
    (issue,) = it.issues.of_owner(KEY.owner)
    assert issue.state is IssueState.RESOLVED
    assert it.integrations.items[KEY].status is Status.HEALTHY


def test_a_key_that_lost_a_right_says_which() -> None:
    """It cannot be relied on to show everything."""
    it = world(KeyRights(read_only=True, missing=("history",)), rights_checked_at=None)
    sync = it.run()
    assert sync.problem is not None
    assert (sync.problem.code, sync.problem.rights) == ("missing_permission", ("history",))


@pytest.mark.parametrize(
    ("error", "status", "calls"),
    [
        (SourceGarbage("Who knows."), SyncStatus.SUCCEEDED, 2),
        (BadCredentials("No."), SyncStatus.FAILED, 2),
        (RateLimited("Slow down.", timedelta(seconds=5)), SyncStatus.SUCCEEDED, 2),
    ],
)
def test_a_source_that_does_not_answer(error: SourceError, status: SyncStatus, calls: int) -> None:
    """No answer leaves it to the next sync; a refusal ends this one; a limit is waited out."""
    it = world(rights_checked_at=None)
    answers = iter([error])

    def trouble(call: str) -> None:
        if call == "rights" and (told := next(answers, None)) is not None:
            raise told

    it.source.trouble = trouble
    assert it.run().status is status
    it.run()
    assert asked(it) == calls


def test_a_key_that_shows_more_of_the_past_opens_it() -> None:
    """What it hid when it was connected is missing now, not unavailable."""
    limit = START + timedelta(hours=10)
    it = world(history_from=limit)
    it.run()
    (issue,) = it.issues.of_owner(KEY.owner)
    assert (issue.type, issue.state) == (IssueType.HISTORY_TRUNCATED, IssueState.OPEN)
    it.clock.advance(WEEK)
    it.run()
    (issue,) = it.issues.of_owner(KEY.owner)
    assert issue.state is IssueState.RESOLVED
    assert it.integrations.items[KEY].history_from is None
    assert it.coverage.read(KEY)[0]["ledger"].unavailable_before is None
