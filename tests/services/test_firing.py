"""Syncs that nobody asked for: each turn once, and only with a licence."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.ticking import DAY, HOUR, Ticking
from tests.world import KEY
from tidemark.domain.accounts import Account
from tidemark.domain.integrations import IntegrationKey, IntegrationKind, Status
from tidemark.domain.licences import Licence, Tier
from tidemark.domain.schedules import SLOT, Wheel, slot_of, start_of_slot
from tidemark.domain.syncs import Mode, SyncStatus, Trigger
from tidemark.errors import StoreUnavailable


def test_a_day_has_one_turn_and_it_syncs_like_sync_now() -> None:
    """The same steps, the same end, another trigger."""
    on = Ticking()
    turn = on.turn
    assert on.run(turn - HOUR, 3 * DAY) == [turn, turn + DAY, turn + 2 * DAY]
    found = list(on.it.syncs.items.values())
    assert {each.trigger for each in found} == {Trigger.SCHEDULE}
    assert {each.mode for each in found} == {Mode.INCREMENTAL}
    assert {each.status for each in found} == {SyncStatus.SUCCEEDED}


def test_a_bank_has_four_turns_a_day() -> None:
    """Six hours apart."""
    on = Ticking(kind=IntegrationKind.BANK)
    turn = on.turn
    assert on.run(turn, DAY) == [turn + hours * HOUR for hours in (0, 6, 12, 18)]


def test_two_ticks_for_the_same_slot_sync_once() -> None:
    """Whether the second comes at once, or after the sync, or when the mark was lost."""
    on = Ticking()
    turn = on.turn
    assert [on.tick(turn), on.tick(turn)] == [1, 0]
    on.finish()
    assert on.tick(turn) == 0
    on.it.watermarks.items.clear()
    assert on.tick(turn) == 0
    assert len(on.it.syncs.items) == 1


def test_a_missed_tick_is_caught_up_once() -> None:
    """After hours, too; what was missed for days is done once."""
    on = Ticking()
    turn = on.turn
    assert on.tick(turn - HOUR) == 0
    assert on.tick(turn + 3 * HOUR) == 1
    on.finish()
    assert on.tick(turn + DAY) == 1
    on.finish()
    assert on.tick(turn + 9 * DAY + HOUR) == 1
    assert len(on.it.syncs.items) == 3


def test_a_late_tick_joins_what_its_owner_started() -> None:
    """One sync at a time."""
    on = Ticking()
    asked = on.it.request()
    assert on.tick(on.turn) == 1
    assert list(on.it.syncs.items) == [("alice", asked.id)]


@pytest.mark.parametrize(
    "licence", [Licence(), Licence(Tier.FREE, (2025,)), Licence(Tier.UNLIMITED, (2024, 2026))]
)
def test_without_a_licence_nothing_syncs_but_by_hand(licence: Licence) -> None:
    """And by hand everything does."""
    on = Ticking(licence=licence)
    assert on.run(on.turn, 2 * DAY) == []
    assert on.it.run().status is SyncStatus.SUCCEEDED


def test_on_new_year_a_licence_for_the_year_before_stops() -> None:
    """Also for what was missed in the old year; one for the new year goes on at once."""
    on = Ticking()
    new_year = datetime(2026, 1, 1, tzinfo=UTC)
    on.it.clock.advance(new_year - DAY - on.it.clock.now())
    assert len(on.run(new_year - DAY, DAY)) == 1
    assert on.run(new_year, 2 * DAY) == []
    on.license(Licence(Tier.PRO, (2025, 2026)))
    assert len(on.run(new_year + 2 * DAY, DAY)) == 1


def test_being_seen_moves_basic_between_a_week_and_a_quarter() -> None:
    """An owner who comes back waits for no quarter to end."""
    on = Ticking(licence=Licence(Tier.BASIC, (2025,)))
    turn = on.turn
    on.it.accounts.note_seen("alice", turn, turn)
    assert on.tick(turn) == 1
    on.finish()
    assert [on.tick(turn + days * DAY) for days in (1, 6)] == [0, 0]
    assert on.tick(turn + 7 * DAY) == 1
    on.finish()
    assert [on.tick(turn + days * DAY) for days in (14, 21, 60)] == [0, 0, 0]
    on.it.accounts.note_seen("alice", turn + 60 * DAY + HOUR, turn + 60 * DAY)
    assert on.tick(turn + 61 * DAY) == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"paused": True},
        {"deactivated": True},
        {"deleting": True},
        {"status": Status.RECONNECT_REQUIRED},
        {"status": Status.INVALID_CREDENTIALS},
        {"kind": IntegrationKind.MANUAL},
    ],
)
def test_what_is_stopped_never_fires(facts: dict[str, object]) -> None:
    """Neither its source nor its record is touched."""
    on = Ticking()
    turn = on.turn
    on.change(**facts)
    assert on.run(turn, DAY + HOUR) == []
    assert on.it.syncs.items == {}


def test_an_index_that_is_late_starts_nothing() -> None:
    """What was paused, or is gone, since the index was told."""
    on = Ticking()
    turn, slot = on.turn, slot_of(on.it.integrations.items[KEY])
    gone = IntegrationKey("alice", "intg_01J00000000000000000000009")
    on.change(paused=True)
    assert slot is not None
    late = [(slot.number, KEY), (slot.number, gone)]
    on.it.integrations.in_slots = lambda hour, numbers: iter(  # type: ignore[method-assign]
        late if hour == slot.hour and slot.number in numbers else []
    )
    assert on.tick(turn) == 0
    assert on.it.syncs.items == {}


def test_what_there_is_no_time_for_is_left_to_the_next_tick() -> None:
    """The mark stays where it was."""
    on = Ticking()
    turn = on.turn
    on.tick(turn - SLOT)
    assert on.tick(turn, life=timedelta(0)) == 0
    assert on.it.watermarks.get(Wheel.DAILY) == start_of_slot(turn - SLOT)
    assert on.tick(turn + SLOT) == 1


def test_what_was_looked_at_is_not_looked_at_again() -> None:
    """Of an hour that is caught up, the mark moves to the slot where time ran out."""
    on = Ticking()
    turn = on.turn
    on.tick(turn - HOUR)
    assert on.tick(turn + HOUR, life=timedelta(0)) == 0
    assert on.it.watermarks.get(Wheel.DAILY) == turn - SLOT
    assert on.tick(turn + HOUR + SLOT) == 1


def test_a_sync_that_could_not_be_started_keeps_its_turn() -> None:
    """The next tick tries again."""
    on = Ticking()
    turn = on.turn
    on.tick(turn - SLOT)
    sending = on.it.queue.send
    on.it.queue.send = _out_of_order  # type: ignore[method-assign]
    with pytest.raises(StoreUnavailable):
        on.tick(turn)
    on.it.queue.send = sending  # type: ignore[method-assign]
    assert on.tick(turn + SLOT) == 1


def _out_of_order(_key: IntegrationKey, _sync_id: str) -> None:
    """Be a queue that takes nothing."""
    raise StoreUnavailable("throttled")


def test_an_integration_that_was_paused_in_between_uses_its_turn_up() -> None:
    """Between the look and the request."""
    on = Ticking()
    turn = on.turn
    noting = on.it.integrations.note_fired

    def paused_then(*facts: object) -> bool:
        noted = noting(*facts)  # type: ignore[arg-type]
        on.change(paused=True)
        return noted

    on.it.integrations.note_fired = paused_then  # type: ignore[method-assign]
    assert on.tick(turn) == 0
    assert on.it.syncs.items == {}


def test_two_dispatchers_at_once_fire_once() -> None:
    """The second finds the turn used, and the mark moved."""
    on = Ticking()
    turn = on.turn
    on.tick(turn - SLOT)
    reading = on.it.accounts.get
    inner: list[int] = []

    def meanwhile(owner: str) -> Account:
        on.it.accounts.get = reading  # type: ignore[method-assign]
        inner.append(on.tick(turn))
        return reading(owner)

    on.it.accounts.get = meanwhile  # type: ignore[method-assign]
    assert (on.tick(turn), inner) == (0, [1])
    assert len(on.it.syncs.items) == 1
