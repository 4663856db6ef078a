"""Slots, turns, and what is due."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidemark.domain.accounts import Account
from tidemark.domain.integrations import Integration, IntegrationKey, IntegrationKind, Status
from tidemark.domain.licences import DEFAULT, Licence, Tier
from tidemark.domain.schedules import (
    SLOT,
    NextSync,
    Slot,
    Stretch,
    Wheel,
    is_due,
    next_sync,
    slot_of,
    start_of_slot,
    wheel_of,
)

NOW = datetime(2026, 6, 1, 12, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LICENSED = Account("alice", licence=Licence(Tier.PRO, (2026,)), last_seen_at=NOW)
MOMENTS = st.datetimes(
    datetime(2026, 1, 2),  # noqa: DTZ001 - the zone is given beside it
    datetime(2026, 8, 1),  # noqa: DTZ001 - the same
    timezones=st.just(UTC),
)
SOURCES = st.sampled_from([each for each in IntegrationKind if each is not IntegrationKind.MANUAL])


def made(name: str = "intg_1", kind: IntegrationKind = IntegrationKind.EXCHANGE) -> Integration:
    """Make an integration."""
    return Integration(IntegrationKey("alice", name), "any", kind, "Any", NOW)


@given(st.text(min_size=1), SOURCES, MOMENTS)
def test_a_slot_comes_once_in_each_turn(name: str, kind: IntegrationKind, at: datetime) -> None:
    """Whatever the id, and wherever one begins to look."""
    wheel = wheel_of(kind)
    assert wheel is not None
    begin = start_of_slot(at)
    slots = [wheel.slot_at(begin + number * SLOT) for number in range(wheel.slots)]
    assert slots.count(cast("Slot", slot_of(made(name, kind)))) == 1
    assert len(set(slots)) == wheel.turn // SLOT


@given(MOMENTS, st.integers(0, 3000), st.sampled_from(Wheel))
def test_missed_slots_are_caught_up_for_one_turn(at: datetime, missed: int, wheel: Wheel) -> None:
    """In order, without a gap, up to the present one; none twice."""
    last = start_of_slot(at)
    stretches = list(wheel.due(last - missed * SLOT, at))
    found = [stretch.moment(number) for stretch in stretches for number in stretch.numbers]
    assert found == [last - back * SLOT for back in reversed(range(min(missed, wheel.slots)))]


@given(MOMENTS, st.integers(0, 3000), st.sampled_from(Wheel))
def test_a_stretch_is_of_one_hour(at: datetime, missed: int, wheel: Wheel) -> None:
    """Each of its slots is the one whose turn it is; a catch-up of a turn has few stretches."""
    stretches = list(wheel.due(start_of_slot(at) - missed * SLOT, at))
    for stretch in stretches:
        moments = [stretch.moment(number) for number in stretch.numbers]
        slots = [wheel.slot_at(moment) for moment in moments]
        assert [slot.number for slot in slots] == list(stretch.numbers)
        assert {slot.hour for slot in slots} == {stretch.first.hour}
        assert (moments[0], moments[-1]) == (stretch.begin, stretch.end)
    assert len(stretches) <= wheel.turn // HOUR + 1


def test_the_first_tick_ever_looks_at_its_own_slot() -> None:
    """There is nothing to catch up."""
    begin = start_of_slot(NOW)
    assert list(Wheel.DAILY.due(None, NOW)) == [Stretch(Wheel.DAILY.slot_at(NOW), begin, begin)]


@given(st.text(min_size=1), SOURCES, st.sampled_from(Tier), MOMENTS, st.integers(0, 200))
def test_what_is_announced_is_what_happens(
    name: str, kind: IntegrationKind, tier: Tier, now: datetime, days: int
) -> None:
    """The next sync is the first slot after now that is due, for an owner who stays away."""
    wheel = wheel_of(kind)
    assert wheel is not None
    seen = now - timedelta(days=days % 10)
    account = Account("alice", licence=Licence(tier, (2026,)), last_seen_at=seen)
    first = next_sync(DEFAULT, account, made(name, kind), now).at
    last = first and first - days * DAY
    fired = (last,) if last else ()
    used = replace(made(name, kind), scheduled_for=last, fired_at=fired)
    told = next_sync(DEFAULT, account, used, now).at
    turns = (start_of_slot(now) + number * SLOT for number in range(1, 92 * 288))
    own = (moment for moment in turns if wheel.slot_at(moment) == slot_of(used))
    due = (moment for moment in own if is_due(DEFAULT, account, used, moment, moment))
    assert told == next(due, None)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kind": IntegrationKind.MANUAL}, "manual"),
        ({"paused": True}, "paused"),
        ({"deactivated": True}, "deactivated"),
        ({"deleting": True}, "deleting"),
        ({"status": Status.RECONNECT_REQUIRED}, "reconnect_required"),
        ({"status": Status.INVALID_CREDENTIALS}, "invalid_credentials"),
    ],
)
def test_what_stops_an_integration(changes: dict[str, object], reason: str) -> None:
    """It is never due, and says why."""
    stopped = replace(made(), **changes)  # type: ignore[arg-type]
    assert next_sync(DEFAULT, LICENSED, stopped, NOW) == NextSync(None, reason)
    assert not is_due(DEFAULT, LICENSED, stopped, NOW, NOW)


@pytest.mark.parametrize(
    ("licence", "reason"),
    [
        (Licence(), "free"),
        (Licence(Tier.FREE, (2026,)), "free"),
        (Licence(Tier.PRO, (2025,)), "licence_lapsed"),
        (Licence(Tier.BASIC), "licence_lapsed"),
    ],
)
def test_without_a_licence_nothing_is_due(licence: Licence, reason: str) -> None:
    """By hand it can still be synced."""
    account = replace(LICENSED, licence=licence)
    assert next_sync(DEFAULT, account, made(), NOW) == NextSync(None, reason)
    assert not is_due(DEFAULT, account, made(), NOW, NOW)


@pytest.mark.parametrize(
    ("tier", "kind", "seen", "reason"),
    [
        (Tier.PRO, IntegrationKind.BANK, NOW, "every_6_hours"),
        (Tier.PRO, IntegrationKind.WALLET, NOW, "every_24_hours"),
        (Tier.BASIC, IntegrationKind.BANK, NOW, "every_24_hours"),
        (Tier.BASIC, IntegrationKind.WALLET, NOW, "every_7_days"),
        (Tier.BASIC, IntegrationKind.WALLET, NOW - 8 * DAY, "every_90_days"),
    ],
)
def test_the_reason_names_the_rhythm(
    tier: Tier, kind: IntegrationKind, seen: datetime, reason: str
) -> None:
    """With the moment comes why it is that one."""
    account = Account("alice", licence=Licence(tier, (2026,)), last_seen_at=seen)
    told = next_sync(DEFAULT, account, made(kind=kind), NOW)
    assert told.reason == reason
    assert told.at is not None
    assert told.at > NOW


def test_a_tier_that_does_not_name_a_kind_says_so() -> None:
    """A deployment may give a tier less."""
    told = next_sync({Tier.PRO: {}}, LICENSED, made(), NOW)
    assert told == NextSync(None, "not_in_tier")


def test_a_licence_ends_before_the_next_turn() -> None:
    """What would come in January is not announced for a licence of the old year."""
    last = datetime(2026, 12, 31, 23, 57, tzinfo=UTC)
    assert next_sync(DEFAULT, LICENSED, made(), last) == NextSync(None, "licence_lapsed")


def test_a_bank_is_read_four_times_in_24_hours_at_most() -> None:
    """A late turn takes away a later one, it does not add one."""
    moment = start_of_slot(NOW)
    fired = tuple(moment - hours * HOUR for hours in (23, 18, 12, 6))
    bank = replace(made(kind=IntegrationKind.BANK), scheduled_for=moment - 6 * HOUR, fired_at=fired)
    assert not is_due(DEFAULT, LICENSED, bank, moment, moment)
    assert is_due(DEFAULT, LICENSED, bank, moment + HOUR, moment + HOUR)
    told = next_sync(DEFAULT, LICENSED, bank, moment).at
    assert told is not None
    assert told >= fired[0] + DAY
