"""A source for what was written by hand or came in files: all of it stays as it is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes.source import trades
from tests.keyed import Catalogue, Keyed, Office, days_after, manual, write_down
from tests.world import KEY, START, World
from tidemark.domain.integrations import ImportMode, IntegrationKey, IntegrationKind, Status
from tidemark.domain.pages import KeyRights, Window
from tidemark.domain.syncs import Mode, SyncStatus, Trigger
from tidemark.domain.transactions import Origin, State
from tidemark.errors import Conflict, Invalid, TooManyRights
from tidemark.services.connect import NewIntegration
from tidemark.services.convert import Conversion
from tidemark.services.read_integrations import ReadIntegrations

WANTED = Conversion("fake", {"api_key": "canary-key-new"})
LATER = replace(WANTED, import_mode=ImportMode.SINCE_LAST_TRANSACTION)
ANOTHER = IntegrationKey("alice", "intg_01J00000000000000000000009")
ROWS = trades(10, start=START)
"""Ten trades of two rows each, five hours apart."""


def world(origin: Origin = Origin.FILE, rows: int = 4) -> World:
    """Give a world with a manual integration, whose first four trades are there already."""
    source = Keyed(list(ROWS))
    it = World(source, connectors=Catalogue(source))  # type: ignore[arg-type]
    manual(it, name="Cash", group="Old", status=Status.HEALTHY)
    write_down(it, *ROWS[: 2 * rows : 2], origin=origin)
    return it


def reading(it: World) -> ReadIntegrations:
    """Give what shows integrations."""
    return ReadIntegrations(
        it.integrations,
        it.runs,
        it.coverage,
        it.parked,
        it.issues,
        it.sources,
        it.accounts,
        it.licences,
        it.clock,
    )


def convert(it: World, wanted: Conversion = WANTED) -> None:
    """Convert it, and run its first sync."""
    _, sync = Office(it).convert.convert("alice", KEY.integration_id, wanted)
    assert sync is not None
    assert it.finish(sync).status is SyncStatus.SUCCEEDED


def test_a_manual_integration_gets_a_source() -> None:
    """Same id, name and group; its first sync starts at once."""
    it = world()
    converted, sync = Office(it).convert.convert("alice", KEY.integration_id, WANTED)
    assert (converted.key, converted.name, converted.group) == (KEY, "Cash", "Old")
    assert (converted.kind, converted.connector) == (IntegrationKind.EXCHANGE, "fake")
    assert (converted.status, converted.key_rights) == (Status.INITIALIZING, "read_only")
    assert converted.sealed is not None
    assert it.vault.open(KEY, converted.sealed) == WANTED.credentials
    assert sync is not None
    assert (sync.mode, sync.trigger) == (Mode.INCREMENTAL, Trigger.CONNECT)


def test_its_transactions_stay_byte_for_byte() -> None:
    """The source's come beside them, with ``all`` from the beginning."""
    for origin in (Origin.MANUAL, Origin.FILE):
        it = world(origin)
        before = dict(it.ledger.of(KEY))
        convert(it)
        it.run(Mode.MISSING)
        after = it.ledger.of(KEY)
        assert {name: after[name] for name in before} == before
        assert len(after) == len(before) + 10


def test_since_the_last_transaction_brings_nothing_older() -> None:
    """Nor of the same moment; neither at first, nor by sync missing, nor by a range."""
    for mode in (Mode.INCREMENTAL, Mode.MISSING, Mode.RANGE):
        it = world()
        convert(it, LATER)
        window = Window(START, it.clock.now()) if mode is Mode.RANGE else None
        assert it.run(mode, window).status is SyncStatus.SUCCEEDED
        brought = {row for row in it.ledger.of(KEY) if row.startswith("ledger:")}
        assert brought == {f"ledger:T{number:04}" for number in range(4, 10)}
        assert it.integrations.items[KEY].import_since == ROWS[6].at


def test_what_is_older_is_not_even_asked_for() -> None:
    """The source reads from there, and what it shows at the edge is counted as before the start."""
    it = world()
    convert(it, LATER)
    counts = it.requests.read("alice", max(it.syncs.items)[1]).counts
    assert (counts.new, counts.before_start, counts.read) == (6, 1, 14)


def test_what_was_not_wanted_is_no_gap() -> None:
    """Coverage begins behind the last transaction, and is complete from there."""
    it = world()
    convert(it, LATER)
    view = reading(it).get("alice", KEY.integration_id)
    assert view.complete_until == it.clock.now()
    (stream,) = reading(it).spans("alice", KEY.integration_id)
    assert [each.state for each in stream.spans] == ["complete"]
    assert stream.spans[0].since == ROWS[6].at + timedelta(microseconds=1)


def test_before_the_first_sync_all_of_it_is_missing() -> None:
    """Coverage claims nothing that was not read."""
    it = world()
    Office(it).convert.convert("alice", KEY.integration_id, replace(LATER, start_sync=False))
    (stream,) = reading(it).spans("alice", KEY.integration_id)
    assert [each.state for each in stream.spans] == ["missing"]
    assert reading(it).get("alice", KEY.integration_id).complete_until is None


@pytest.mark.parametrize("left_out", [State.DELETED, None])
def test_the_last_transaction_is_one_that_is_there_now(left_out: State | None) -> None:
    """Neither a deleted one nor one of the future counts."""
    it = world()
    last = f"file:{ROWS[6].id}"
    stored = it.ledger.of(KEY)[last]
    gone = replace(stored, state=State.DELETED, legs=())
    future = replace(stored, occurred_at=days_after(it.clock.now(), 1))
    it.ledger.of(KEY)[last] = gone if left_out else future
    converted, _ = Office(it).convert.convert("alice", KEY.integration_id, LATER)
    assert converted.import_since == ROWS[4].at


def test_nothing_is_there_so_all_is_wanted() -> None:
    """Since the last transaction of an empty integration means all."""
    it = world(rows=0)
    convert(it, LATER)
    assert it.integrations.items[KEY].import_since is None
    assert len(it.ledger.of(KEY)) == 10


def test_the_start_date_stays_unless_another_is_given() -> None:
    """The later of start date and last transaction decides."""
    cut = ROWS[12].at
    it = world()
    it.integrations.items[KEY] = replace(it.integrations.items[KEY], start_date=cut)
    convert(it, LATER)
    assert min(each.occurred_at for each in sourced(it)) == cut
    it = world()
    convert(it, replace(LATER, changes={"start_date": START}))
    assert it.integrations.items[KEY].start_date == START
    assert min(each.occurred_at for each in sourced(it)) == ROWS[8].at


def sourced(it: World) -> list[object]:
    """Give what the source brought."""
    return [each for each in it.ledger.of(KEY).values() if each.origin is Origin.SOURCE]


def test_a_source_that_refuses_changes_nothing() -> None:
    """Nor does a form that is wrong, or a connector that is none."""
    it = world()
    before = it.integrations.items[KEY]
    it.source.said = KeyRights(read_only=False)
    office = Office(it)
    with pytest.raises(TooManyRights):
        office.convert.convert("alice", KEY.integration_id, WANTED)
    for connector in ("manual", "nosuch"):
        with pytest.raises(Invalid) as refused:
            office.convert.convert(
                "alice", KEY.integration_id, replace(WANTED, connector=connector)
            )
        assert [each.pointer for each in refused.value.errors] == ["/connector"]
    future = replace(WANTED, changes={"start_date": days_after(it.clock.now(), 1)})
    with pytest.raises(Invalid):
        office.convert.convert("alice", KEY.integration_id, future)
    assert it.integrations.items[KEY] == before
    assert it.queue.messages == []


def test_only_manual_ones_are_converted() -> None:
    """Not twice, not by two at once, and not with a credential that another one has."""
    it = world()
    it.connect(ANOTHER, sealed_hint=it.source.identity(WANTED.credentials))
    assert refused(it) == "already_connected"
    it.integrations.remove(ANOTHER)
    convert(it)
    assert refused(it) == "not_manual"
    it = world()

    def overtake(when: str, call: str) -> None:
        if (when, call) == ("before", "MemoryIntegrations.replace"):
            it.watch = lambda _when, _call: None
            Office(it).convert.convert("alice", KEY.integration_id, WANTED)

    it.watch = overtake
    assert refused(it) == "not_manual"


def refused(it: World) -> str:
    """Try to convert, and give the word of the refusal."""
    with pytest.raises(Conflict) as error:
        Office(it).convert.convert("alice", KEY.integration_id, WANTED)
    return error.value.code


def test_a_credential_that_is_connected_at_the_same_time_takes_the_source_back() -> None:
    """It is manual again, with all that was in it."""
    it = world()
    before = it.integrations.items[KEY]

    def overtake(when: str, call: str) -> None:
        first = ANOTHER not in it.integrations.items
        if first and (when, call) == ("before", "MemoryIntegrations.replace"):
            it.connect(ANOTHER, sealed_hint=it.source.identity(WANTED.credentials))

    it.watch = overtake
    assert refused(it) == "already_connected"
    assert replace(it.integrations.items[KEY], version=before.version) == before
    assert it.queue.messages == []


def test_one_that_is_paused_is_converted_and_does_not_sync() -> None:
    """Its owner said so before."""
    it = world()
    Office(it).edit.pause("alice", KEY.integration_id)
    converted, sync = Office(it).convert.convert("alice", KEY.integration_id, WANTED)
    assert (converted.kind, sync) == (IntegrationKind.EXCHANGE, None)


def test_a_new_integration_may_begin_where_the_files_end() -> None:
    """At the last row of a file in the owner's manual integrations; one made by hand is none."""
    it = world()
    write_down(it, ROWS[12], origin=Origin.MANUAL)
    manual(it, ANOTHER, deactivated=True)
    write_down(it, ROWS[14], key=ANOTHER, origin=Origin.FILE)
    wanted = NewIntegration(
        "alice", "fake", "API", WANTED.credentials, import_mode=ImportMode.SINCE_LAST_TRANSACTION
    )
    made, sync = Office(it).connect.create(wanted)
    assert made.import_since == ROWS[6].at
    assert sync is not None
    it.finish(sync)
    assert len(it.ledger.of(made.key)) == 6
    alone, _ = Office(it).connect.create(replace(wanted, owner="bob"))
    assert alone.import_since is None
