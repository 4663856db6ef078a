"""Exports: the list as a file, oldest first, that can be imported again as it is."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.filing import OTHER, Office, csv, deposit
from tests.world import KEY
from tidemark.domain.exports import Export, ExportStatus
from tidemark.domain.facts import Worth
from tidemark.domain.files import FileFormat
from tidemark.domain.imports import FileJob, JobKind
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.legs import Kind, Leg, Role
from tidemark.domain.prices import Close, Pair
from tidemark.domain.sheets import Sheet, SheetKey
from tidemark.domain.transactions import Origin, State, Transaction
from tidemark.errors import NotFound, StaleVersion
from tidemark.services.read_transactions import Filter, Listed

BOB = IntegrationKey("bob", "intg_01J00000000000000000000009")
GOOD = csv(
    deposit(1, note="=1+1", id_="A-1"),
    "2025-01-02 10:00:00,,Staking,,,DOT,0.123456789012345678,,,,",
    "2025-01-03 10:00:00,,my word,EUR,12.50,BTC,0.001,EUR,0.10,,",
    "2025-01-03 10:00:00,,my word,EUR,12.50,BTC,0.001,EUR,0.10,,",
)


def code(record: Export) -> tuple[str, str]:
    """Give how an export ended, and why."""
    return record.status.value, record.problem.code if record.problem else ""


def facts(office: Office, key: IntegrationKey = KEY) -> list[object]:
    """Give what counts of an integration's transactions."""
    return [(each.facts, each.words) for each in office.held(key)]


@pytest.mark.parametrize("form", FileFormat)
def test_what_was_exported_can_be_imported(form: FileFormat) -> None:
    """By whoever has it: the facts are the same, to the last digit."""
    office = Office()
    office.bring(GOOD)
    done = office.export(form)
    assert (done.status, done.rows, done.progress) == (ExportStatus.DONE, 4, 1.0)
    content = office.world.uploads.files[done.file]

    office.open(BOB, "Elsewhere")
    ready = office.upload(content, form, BOB)
    assert ready.preflight is not None
    assert ready.preflight.errors == ()
    office.commit(ready)

    told = [(each.occurred_at, each.facts[2:]) for each in office.held()]
    assert [(each.occurred_at, each.facts[2:]) for each in office.held(BOB)] == told
    kinds = [each.facts.kind for each in office.held()]
    assert [each.facts.kind for each in office.held(BOB)] == kinds


@pytest.mark.parametrize("form", FileFormat)
def test_what_does_not_count_does_not_count_when_it_is_imported(form: FileFormat) -> None:
    """What was excluded, and what its owner said of a value, come back as they were."""
    office = Office()
    office.bring(GOOD)
    out, said, *_ = office.held()
    ledger = office.world.ledger.of(KEY)
    ledger[out.id] = replace(out, state=State.EXCLUDED)
    ledger[said.id] = replace(said, overlay={"valuation": Worth(Decimal("77.70"), "CHF")})
    content = office.world.uploads.files[office.export(form).file]

    office.open(BOB, "Elsewhere")
    office.commit(office.upload(content, form, BOB))

    told = [(each.state, each.facts.valuation) for each in office.held()]
    assert [(each.state, each.facts.valuation) for each in office.held(BOB)] == told


def test_an_export_tells_values() -> None:
    """In the owner's currency, as the list does: one without a price has none, and says so."""
    office = Office()
    office.bring(GOOD)
    days = {2: Close(Decimal("7.5"), "kraken")}
    office.world.sheets.write(Sheet(SheetKey(Pair("DOT", "EUR"), "2025-01"), days))
    done = office.export(FileFormat.JSONL)
    lines = map(json.loads, office.world.uploads.files[done.file].splitlines())
    values = [line["valuation"] for line in lines]
    assert [value["status"] for value in values] == ["pending", "derived", "exact", "exact"]
    assert [value["amount"] for value in values] == [None, "0.925925917592592585", "12.5", "12.5"]
    assert values[1] == {
        "status": "derived",
        "currency": "EUR",
        "amount": "0.925925917592592585",
        "price": "7.5",
        "source": "kraken",
    }


def test_an_export_has_the_filters_of_the_list() -> None:
    """The states that are not listed are not exported unless they are asked for."""
    office = Office()
    office.bring(GOOD)
    first = office.held()[0]
    office.world.ledger.of(KEY)[first.id] = first.tombstone()

    def rows(**asked: object) -> int:
        return office.export(FileFormat.CSV, **asked).rows

    since = datetime(2025, 1, 3, tzinfo=UTC)
    assert (rows(), rows(state=Listed.DELETED), rows(kind=Kind.STAKING)) == (3, 1, 1)
    assert (rows(since=since), rows(until=since), rows(asset="EUR")) == (2, 1, 2)
    assert (rows(origin=Origin.SOURCE), rows(text="MY"), rows(import_id="imp_1")) == (0, 2, 0)
    assert rows(integration=KEY.integration_id) == 3


def test_an_export_names_integrations_that_there_are() -> None:
    """When it is ordered, and when it is written."""
    office = Office()
    for owner in ("alice", "bob"):
        with pytest.raises(NotFound):
            office.exports.create(owner, FileFormat.CSV, Filter(integration=OTHER.integration_id))
    office.open(OTHER)
    made = office.exports.create("alice", FileFormat.CSV, Filter(integration=OTHER.integration_id))
    office.world.integrations.remove(OTHER)
    office.work()
    assert code(office.exports.get("alice", made.id)) == ("failed", "integration_deleted")
    with pytest.raises(NotFound):
        office.exports.get("bob", made.id)


def test_too_many_rows_are_refused() -> None:
    """In words; so is what takes too long."""
    office = Office()
    office.bring(GOOD)
    made = office.exports.create("alice", FileFormat.CSV, Filter())
    job = office.world.files_queue.jobs.pop()
    now = office.world.clock.now()
    replace(office.exporting, most=3)(job, now + office.budget)
    assert code(office.exports.get("alice", made.id)) == ("failed", "too_large")
    assert office.world.uploads.files.keys() == {
        each.file for each in office.world.imports.items.values()
    }

    late = office.exports.create("alice", FileFormat.XLSX, Filter())
    office.exporting(office.world.files_queue.jobs.pop(), now)
    assert code(office.exports.get("alice", late.id)) == ("failed", "too_large")


def test_many_rows_show_progress() -> None:
    """Portion by portion, in the order of time."""
    office = Office()
    many = {each.id: each for each in map(trade, range(11_000))}
    office.world.ledger.of(KEY).update(many)
    seen: list[float] = []
    made = office.exports.create("alice", FileFormat.CSV, Filter())

    def watch(when: str, call: str) -> None:
        if (when, call) == ("after", "MemoryImports.put_export"):
            seen.append(office.exports.get("alice", made.id).progress)

    office.world.watch = watch
    office.work()

    assert office.exports.get("alice", made.id).rows == 11_000
    assert len(set(seen)) > 3
    assert seen == sorted(seen)
    lines = office.world.uploads.files[made.file].decode().splitlines()[1:]
    assert [line[:21] for line in lines] == sorted(line[:21] for line in lines)


def trade(number: int) -> Transaction:
    """Make a transaction."""
    at = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=number)
    leg = Leg("1", "BTC", Decimal(number + 1), Role.PRINCIPAL, "BTC", Kind.DEPOSIT)
    return Transaction(f"T{number}", f"S{number}", at, (leg,), at, "sync_1")


def test_a_file_is_handed_out_while_it_is_kept() -> None:
    """By a URL for a file with a name; not before it is there, nor for ever."""
    office = Office()
    made = office.exports.create("alice", FileFormat.XLSX, Filter())
    assert office.exports.url(made) is None
    office.work()
    done = office.exports.get("alice", made.id)
    assert office.exports.url(done) == (
        f"https://files.invalid/{done.file}?filename=tidemark-transactions-2025-06-01.xlsx"
    )
    office.world.clock.advance(timedelta(days=7))
    assert office.exports.url(done) is None


def test_an_export_that_nobody_can_write_is_given_up() -> None:
    """After some workers; one that has ended is not written again."""
    office = Office()
    made = office.exports.create("alice", FileFormat.CSV, Filter())
    office.world.imports.put_export(replace(made, attempts=3, version=2), 1)
    office.work()
    assert code(office.exports.get("alice", made.id)) == ("failed", "internal_error")
    office.exporting(FileJob("alice", JobKind.EXPORT, made.id), office.world.clock.now())
    assert code(office.exports.get("alice", made.id)) == ("failed", "internal_error")


def test_two_workers_write_one_export() -> None:
    """The slower one gives up."""
    office = Office()
    made = office.exports.create("alice", FileFormat.CSV, Filter())
    job = office.world.files_queue.jobs[0]

    def watch(when: str, call: str) -> None:
        if (when, call) == ("after", "MemoryImports.put_export"):
            office.world.watch = lambda _when, _call: None
            office.work()

    office.world.watch = watch
    with pytest.raises(StaleVersion):
        office.exporting(job, office.world.clock.now() + office.budget)
    assert office.exports.get("alice", made.id).status is ExportStatus.DONE
