"""Rights of keys where no sync asks for them: once a week at the integration's turn."""

import pytest

from tests.fakes.source import trades
from tests.keyed import Keyed
from tests.ticking import DAY, HOUR, Ticking
from tests.world import KEY, START, World
from tidemark.domain.integrations import IntegrationKind, Status
from tidemark.domain.issues import IssueState
from tidemark.domain.licences import Licence, Tier
from tidemark.domain.pages import KeyRights
from tidemark.domain.schedules import SLOT
from tidemark.errors import BadCredentials, RateLimited, SourceError, SourceUnavailable
from tidemark.services.check_rights import RECHECK, CheckRights
from tidemark.services.recheck_rights import RecheckRights

GOOD, TRADING = KeyRights(read_only=True), KeyRights(read_only=False, excess=("trade", "withdraw"))
AWAY = Licence(Tier.BASIC, (2025,))


def unlicensed(**facts: object) -> Ticking:
    """Give an owner without a licence, whose key was checked just now."""
    on = Ticking(World(Keyed(trades(3, start=START), said=GOOD)), licence=Licence())
    on.change(rights_checked_at=on.it.clock.now(), **facts)
    return on


def work(it: World) -> list[str]:
    """Do what the queue was sent, and give it."""
    sent = [word for _, word in it.queue.messages]
    it.queue.messages.clear()
    rechecking = RecheckRights(it.integrations, it.coverage, it.issues, it.clock)
    checking = CheckRights(
        it.integrations, it.runs, it.issues, it.sources, it.vault, rechecking, it.queue, it.clock
    )
    for word in sent:
        assert word == RECHECK
        checking.work(KEY, it.worker("rights"))
    return sent


def weeks(on: Ticking, days: int) -> list[int]:
    """Tick each day at the integration's turn; give the days on which the rights were asked for."""
    turn, asked = on.turn, []
    for day in range(days):
        on.tick(turn - SLOT + day * DAY)
        on.tick(turn + day * DAY)
        if work(on.it):
            asked.append(day)
    return asked


def test_without_a_licence_they_are_asked_for_once_a_week() -> None:
    """Never later than a week after the last answer; nothing is synced."""
    on = unlicensed()
    assert weeks(on, 22) == [6, 13, 20]
    assert on.it.source.calls.count("rights") == 3
    assert on.it.syncs.items == {}


def test_who_was_not_seen_for_long_has_them_asked_for_between_two_syncs() -> None:
    """A quarter is too long for a key that may trade."""
    on = unlicensed()
    on.license(AWAY)
    turn = on.turn
    assert on.tick(turn) == 1
    on.finish()
    assert [on.tick(turn + days * DAY) for days in (7, 14)] == [0, 0]
    assert [word for _, word in on.it.queue.messages] == [RECHECK, RECHECK]


def test_a_key_that_may_trade_by_then_is_told_of() -> None:
    """With the rights to remove; it is not asked for again until it is mended."""
    on = unlicensed()
    on.it.source.said = TRADING
    assert weeks(on, 22) == [6]
    found = on.it.integrations.items[KEY]
    assert (found.status, found.status_reason) == (Status.INVALID_CREDENTIALS, "key_not_read_only")
    (issue,) = on.it.issues.of_owner(KEY.owner)
    assert (issue.state, issue.details["remove"]) == (IssueState.OPEN, "trade, withdraw")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BadCredentials("No."), Status.INVALID_CREDENTIALS),
        (SourceUnavailable("Out."), Status.INITIALIZING),
        (RateLimited("Slow down.", HOUR), Status.INITIALIZING),
    ],
)
def test_a_source_that_does_not_answer(error: SourceError, status: Status) -> None:
    """It is asked the next day again; one that refuses the key is not."""
    on = unlicensed()

    def refuse(_call: str) -> None:
        raise error

    on.it.source.trouble = refuse
    assert weeks(on, 8) == ([6] if status is Status.INVALID_CREDENTIALS else [6, 7])
    assert on.it.integrations.items[KEY].status is status


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": IntegrationKind.WALLET},
        {"paused": True},
        {"deactivated": True},
        {"deleting": True},
        {"status": Status.INVALID_CREDENTIALS},
    ],
)
def test_what_is_stopped_or_cannot_do_more_than_read_is_not_asked(facts: dict[str, object]) -> None:
    """Nor is an address."""
    on = unlicensed()
    turn = on.turn
    on.change(**facts)
    for day in range(22):
        on.tick(turn + day * DAY)
    assert on.it.queue.messages == []


def test_a_sync_at_work_is_not_disturbed() -> None:
    """It asks by itself; a key's numbers must not be used twice."""
    on = unlicensed()
    on.it.request()
    on.it.queue.messages[:] = [(KEY, RECHECK)]
    work(on.it)
    assert on.it.source.calls.count("rights") == 0
