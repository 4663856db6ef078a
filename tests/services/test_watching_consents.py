"""Consents that end: their owners are told 14, 7 and 1 days ahead, whether or not they sync."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.ticking import DAY, HOUR, PRO, Ticking
from tests.world import KEY
from tidemark.domain.integrations import Integration, IntegrationKind, Status
from tidemark.domain.issues import Issue, IssueState, IssueType
from tidemark.domain.licences import Licence, Tier

FREE = Licence(Tier.FREE)


def bank(licence: Licence = FREE, left: timedelta = 16 * DAY) -> Ticking:
    """Give a bank whose consent ends in a while."""
    made = Ticking(kind=IntegrationKind.BANK, licence=licence)
    made.change(status=Status.HEALTHY, consent_expires_at=made.it.clock.now() + left)
    return made


def found(on: Ticking) -> Integration:
    """Give the integration."""
    return on.it.integrations.items[KEY]


def issues(on: Ticking) -> dict[IssueType, Issue]:
    """Give the issues by type."""
    return {each.type: each for each in on.it.issues.of_owner("alice")}


def days(on: Ticking, number: float) -> None:
    """Let days pass, with a look every six hours."""
    for _ in range(int(number * 4)):
        on.tick(on.turn)


@pytest.mark.parametrize("licence", [FREE, PRO])
def test_each_warning_is_given_once(licence: Licence) -> None:
    """Nobody has to sync for that; what was told last is kept."""
    on = bank(licence)
    told: list[int | None] = []
    for _ in range(16 * 4):
        days(on, 0.25)
        on.it.queue.messages.clear()
        on.it.runs.interrupt(KEY)
        if told[-1:] != [found(on).consent_warned]:
            told.append(found(on).consent_warned)
            until = found(on).consent_expires_at
            assert until is not None
            assert told[-1] is None or until - on.it.clock.now() >= told[-1] * DAY
    assert told == [None, 14, 7, 1]
    warning = issues(on)[IssueType.CONSENT_EXPIRING]
    assert (warning.state, warning.details["days"]) == (IssueState.OPEN, "1")


def test_a_warning_that_was_dismissed_is_followed_by_the_next() -> None:
    """Not by the same again, whoever looks."""
    on = bank(left=15 * DAY)
    seen: list[tuple[int | None, IssueState]] = []
    for _ in range(14 * 4 + 2):
        days(on, 0.25)
        if (warning := issues(on).get(IssueType.CONSENT_EXPIRING)) is None:
            continue
        if seen[-1:] != [(found(on).consent_warned, warning.state)]:
            seen.append((found(on).consent_warned, warning.state))
        on.it.issues.dismiss("alice", warning.id, on.it.clock.now())
    open_, dismissed = IssueState.OPEN, IssueState.DISMISSED
    assert seen == [(each, state) for each in (14, 7, 1) for state in (open_, dismissed)]


def test_a_consent_that_ended_stops_the_schedule() -> None:
    """Also if nobody noticed: the owner has to reconnect, and is told so instead."""
    on = bank(PRO, left=5 * HOUR)
    days(on, 0.25)
    on.it.queue.messages.clear()
    on.it.runs.interrupt(KEY)
    on.it.clock.advance(6 * HOUR)
    assert on.tick(on.turn) == 0
    assert (found(on).status, found(on).status_reason) == (
        Status.RECONNECT_REQUIRED,
        "consent_expired",
    )
    assert issues(on)[IssueType.RECONNECT_REQUIRED].state is IssueState.OPEN
    assert issues(on)[IssueType.CONSENT_EXPIRING].state is IssueState.RESOLVED
    before = vars(on.it.issues).copy()
    assert on.tick(on.it.clock.now() + 6 * HOUR) == 0
    assert vars(on.it.issues) == before


def test_a_renewed_consent_closes_the_warning() -> None:
    """The next look finds it."""
    on = bank(left=10 * DAY)
    days(on, 0.25)
    assert found(on).consent_warned == 14
    on.change(consent_expires_at=on.it.clock.now() + 90 * DAY)
    days(on, 0.25)
    assert found(on).consent_warned is None
    assert issues(on)[IssueType.CONSENT_EXPIRING].state is IssueState.RESOLVED


def test_what_needs_no_consent_is_left_alone() -> None:
    """Exchanges, and banks that were never linked."""
    for kind in (IntegrationKind.EXCHANGE, IntegrationKind.BANK):
        on = Ticking(kind=kind, licence=FREE)
        before = found(on)
        days(on, 1)
        assert found(on) == replace(before)
        assert issues(on) == {}
