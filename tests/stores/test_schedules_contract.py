"""What the schedule keeps: slots, turns that were used, watermarks, when owners were seen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.stores.made import FOREIGN, KEY, MINUTE, NOW, OTHER, integration
from tests.stores.stores import Stores
from tidemark.domain.accounts import Account
from tidemark.domain.integrations import Integration, IntegrationKey, IntegrationKind
from tidemark.domain.licences import Licence, Tier
from tidemark.domain.schedules import slot_of


def beside(stores: Stores, found: Integration) -> list[IntegrationKey]:
    """Name those that are in the slot of one."""
    slot = slot_of(found)
    assert slot is not None
    numbers = range(slot.number, slot.number + 1)
    told = list(stores.integrations.in_slots(slot.hour, numbers))
    assert {number for number, _ in told} <= set(numbers)
    return [key for _, key in told]


def test_a_slot_names_its_integrations(stores: Stores) -> None:
    """Of all owners; with the kind it changes to another wheel."""
    own, foreign = integration(KEY), integration(FOREIGN)
    for each in (own, foreign, integration(OTHER)):
        stores.integrations.add(each)
    assert set(beside(stores, own)) == {KEY, FOREIGN}
    assert list(stores.integrations.in_slots("daily#none", range(288))) == []

    bank = replace(own, kind=IntegrationKind.BANK, version=2)
    stores.integrations.replace(bank, 1)
    assert beside(stores, own) == [FOREIGN]
    assert beside(stores, bank) == [KEY]
    assert stores.integrations.get(KEY) == bank


def test_an_hour_gives_its_slots_in_their_order(stores: Stores) -> None:
    """Those asked for, and no others; whatever the order in which they were connected."""
    keys = [IntegrationKey(f"owner{number % 3}", f"intg_{number:026d}") for number in range(120)]
    for key in keys:
        stores.integrations.add(integration(key))
    slots = {key: slot for key in keys if (slot := slot_of(integration(key)))}
    hour = slots[keys[0]].hour
    of_hour = {key: slot.number for key, slot in slots.items() if slot.hour == hour}
    first = min(of_hour.values())
    told = list(stores.integrations.in_slots(hour, range(first, first + 12)))
    assert [number for number, _ in told] == sorted(of_hour.values())
    assert {key: number for number, key in told} == of_hour
    assert {
        number for number, _ in stores.integrations.in_slots(hour, range(first, first + 1))
    } == {first}


@pytest.mark.parametrize("word", ["paused", "deactivated", "deleting"])
def test_what_does_not_sync_is_in_no_slot(stores: Stores, word: str) -> None:
    """It comes back into the same one."""
    own = integration()
    stores.integrations.add(own)
    stores.integrations.replace(replace(own, version=2, **{word: True}), 1)
    assert beside(stores, own) == []
    stores.integrations.replace(replace(own, version=3), 2)
    assert beside(stores, own) == [KEY]


def test_a_turn_is_used_once(stores: Stores) -> None:
    """Whoever read the integration before it was used comes too late; all else stays."""
    own = integration()
    stores.integrations.add(own)
    first = replace(own, scheduled_for=NOW, fired_at=(NOW,))
    second = replace(own, scheduled_for=NOW + MINUTE, fired_at=(NOW, NOW + MINUTE))
    assert stores.integrations.note_fired(own, first)
    assert not stores.integrations.note_fired(own, first)
    assert stores.integrations.get(KEY) == first
    stores.integrations.replace(replace(own, name="B", version=2), 1)
    assert stores.integrations.note_fired(first, second)
    assert stores.integrations.get(KEY) == replace(second, name="B", version=2)
    assert stores.integrations.note_fired(second, own)
    assert stores.integrations.get(KEY) == replace(own, name="B", version=2)


def test_what_is_gone_uses_no_turn(stores: Stores) -> None:
    """And does not come back by it."""
    assert not stores.integrations.note_fired(integration(), integration())
    assert stores.integrations.get(KEY) is None


def test_watermarks_move_on_over_what_was_read(stores: Stores) -> None:
    """Each wheel has its own."""
    marks = stores.watermarks
    assert marks.get("daily") is None
    assert marks.move("daily", None, NOW)
    assert not marks.move("daily", None, NOW + MINUTE)
    assert not marks.move("daily", NOW - MINUTE, NOW + MINUTE)
    assert marks.move("daily", NOW, NOW + MINUTE)
    assert (marks.get("daily"), marks.get("six_hourly")) == (NOW + MINUTE, None)


def test_being_seen_is_kept_beside_the_account(stores: Stores) -> None:
    """It needs no version and changes none; changes of the account leave it."""
    hour = timedelta(hours=1)
    stores.accounts.note_seen("alice", NOW, NOW - hour)
    assert stores.accounts.get("alice") == Account("alice", last_seen_at=NOW)
    stores.accounts.note_seen("alice", NOW + MINUTE, NOW + MINUTE - hour)
    kept = Account("alice", version=1, licence=Licence(Tier.BASIC, (2024, 2025)), zone="Asia/Tokyo")
    stores.accounts.replace(kept, 0)
    assert stores.accounts.get("alice") == replace(kept, last_seen_at=NOW)
    stores.accounts.note_seen("alice", NOW + 2 * hour, NOW + hour)
    assert stores.accounts.get("alice") == replace(kept, last_seen_at=NOW + 2 * hour)
