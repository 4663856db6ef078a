"""What an owner does while a sync is at work, in every order of their calls.

Once it is acknowledged, no older run writes a transaction, and none uses what it was given before.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes.source import trades
from tests.keyed import days_after
from tests.race import OLD, Race
from tests.world import KEY, START
from tidemark.domain.syncs import Mode
from tidemark.domain.transactions import Origin, imported
from tidemark.errors import Conflict, NotFound
from tidemark.services.amend import Amend
from tidemark.services.delete_integration import DeleteIntegration, Remains

NEW = {"api_key": "canary-key-new"}
LONG_AGO, CUT = START - timedelta(days=9), days_after(START, 0.5)


def rotate(race: Race) -> None:
    """Give it another key."""
    race.office.rotate.rotate("alice", KEY.integration_id, NEW)


def rotate_to_the_same(race: Race) -> None:
    """Give it its own key once more."""
    race.office.rotate.rotate("alice", KEY.integration_id, OLD)


def deactivate(race: Race) -> None:
    """Take it out."""
    race.office.edit.deactivate("alice", KEY.integration_id)


def start_earlier(race: Race) -> None:
    """Move the start date back."""
    race.office.edit.change("alice", KEY.integration_id, {"start_date": LONG_AGO})


def start_later(race: Race) -> None:
    """Move the start date on."""
    race.office.edit.change("alice", KEY.integration_id, {"start_date": CUT})


def delete(race: Race) -> None:
    """Delete it with all that is in it."""
    it = race.it
    remains = Remains(
        it.see(it.ledger),
        it.see(it.months),
        it.see(it.coverage),
        it.see(it.parked),
        it.see(it.issues),
        it.see(it.snapshots),
        it.see(it.runs),
        it.see(it.journal),
    )
    store = it.see(it.integrations)
    deleting = DeleteIntegration(store, remains, race.office.stop, it.accounts, it.clock, it.queue)
    until = it.clock.now() + timedelta(minutes=1)
    assert deleting.delete("alice", KEY.integration_id, keep_transactions=False, until=until)


def every_order(act: Callable[[Race], object]) -> Iterator[Race]:
    """Run the race with a switch at each call, and with a second one some calls later."""
    calls = Race(act, frozenset()).run()
    orders = [frozenset({at}) for at in range(1, calls + 1)]
    orders += [frozenset({at, at + more}) for at in range(1, calls + 1, 5) for more in (2, 6)]
    for switches in orders:
        race = Race(act, switches)
        race.run()
        yield race


@pytest.mark.parametrize(
    "act", [rotate, rotate_to_the_same, deactivate, start_earlier, start_later, delete]
)
def test_after_the_acknowledgement_nothing_of_the_run_is_written(
    act: Callable[[Race], object],
) -> None:
    """Nor is anything asked of the source any more."""
    for race in every_order(act):
        assert race.it.ledger.writes == race.writes, sorted(race.switches)
        assert len(race.it.source.used) == race.calls, sorted(race.switches)
        assert race.it.runs.current(KEY) is None
        check_what_is_left(race)


def check_what_is_left(race: Race) -> None:
    """Check that coverage claims what is asked for, and that nothing deleted came back."""
    it = race.it
    if race.act is delete:
        assert (it.ledger.of(KEY), it.integrations.items, it.coverage.items) == ({}, {}, {})
        return
    streams, _ = it.coverage.read(KEY)
    claims = [each.since for stream in streams.values() for each in stream.intervals]
    start = it.integrations.items[KEY].start_date
    assert start == {start_earlier: LONG_AGO, start_later: CUT}.get(race.act)
    assert all(start is None or since >= start for since in claims)


def ask_and_drive(race: Race) -> None:
    """Ask for a sync while the act is under way, and work at it."""
    with suppress(Conflict):
        race.drive(race.it.request(Mode.MISSING))


def begun_meanwhile(act: Callable[[Race], object]) -> Iterator[Race]:
    """Have a sync begin at each call of the act, and the act go on at each of its first calls."""
    for first in range(1, 16):
        for later in range(1, 16):
            race = Race(act, frozenset({first, first + later}), ask_and_drive)
            race.baton.turn = 1
            race.run()
            yield race


@pytest.mark.parametrize("act", [rotate, deactivate, start_later])
def test_a_sync_that_begins_meanwhile_works_with_what_is_new(act: Callable[[Race], object]) -> None:
    """It knows the new key and start date, or it does nothing, once the act is acknowledged."""
    for race in begun_meanwhile(act):
        later = race.it.source.used[race.calls :]
        assert act is not deactivate or later == []
        assert act is not rotate or {key for key, _ in later} <= {"canary-key-new"}
        rows = race.it.ledger.of(KEY)
        written = [rows[each].occurred_at for each in rows.keys() - race.there]
        assert act is not start_later or all(at >= CUT for at in written)


def test_the_next_sync_with_the_new_key_makes_the_ledger_whole() -> None:
    """As if nothing had happened in between, and without the old key."""
    expected = Race(deactivate, frozenset()).it
    expected.run()
    for race in every_order(rotate):
        race.it.source.used.clear()
        race.it.clock.advance(timedelta(minutes=5))
        race.it.run(Mode.MISSING)
        assert race.it.digest() == expected.digest()
        assert {key for key, _ in race.it.source.used} == {"canary-key-new"}


def write(race: Race) -> None:
    """Write a transaction by hand, as the API does."""
    it = race.it
    stores = (it.ledger, it.journal, it.months, it.accounts, it.integrations)
    amend = Amend(*(it.see(each) for each in stores), it.clock)
    found = trades(1, start=START)[0].found()
    made = replace(imported(found, at=it.clock.now(), by=""), id="own:1", origin=Origin.MANUAL)
    try:
        amend.add(KEY, [made])
    except NotFound:
        return


def written_while_deleting(switches: frozenset[int]) -> Race:
    """Write by hand while the integration is being deleted."""
    race = Race(delete, switches, write)
    race.it.run()
    race.run()
    return race


def test_no_write_by_hand_outruns_a_deletion() -> None:
    """After the acknowledgement nothing is written, and nothing is left."""
    calls = written_while_deleting(frozenset()).baton.moment
    orders = [frozenset({at}) for at in range(1, calls + 1)]
    orders += [frozenset({at, at + more}) for at in range(1, calls + 1) for more in (1, 3, 6)]
    for switches in orders:
        race = written_while_deleting(switches)
        assert race.it.ledger.writes == race.writes, sorted(switches)
        assert race.it.ledger.of(KEY) == {}, sorted(switches)
