"""What the bench's DynamoDB bills, by AWS's rules, and what the ledger costs by them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from moto.dynamodb.models.dynamo_type import DynamoType

from bench.sizes import index_write_units, item_size, read_units, write_units
from tests.metered import Metered
from tests.stores.made import KEY, at, row
from tests.tables import session
from tidemark.domain.transactions import State
from tidemark.stores.transactions import DynamoLedger
from tidemark.wire import DYNAMODB, Wire


def text(size: int) -> dict[str, dict[str, Any]]:
    """Make an item of so many bytes."""
    return {"a": {"S": "x" * (size - 1)}}


def test_sizes_are_those_of_the_documentation() -> None:
    """Names and texts in UTF-8, numbers by two digits a byte, three bytes for a list or map."""
    assert item_size({"name": {"S": "é"}}) == 4 + 2
    assert item_size({"n": {"N": "27"}}) == 1 + 2
    assert item_size({"n": {"N": "-12345"}}) == 1 + 4
    assert item_size({"b": {"B": "AAEC"}}) == 1 + 3
    assert item_size({"y": {"BOOL": True}, "z": {"NULL": True}}) == 2 + 2
    assert item_size({"l": {"L": [{"S": "ab"}, {"S": ""}]}}) == 1 + 3 + 2 + 2
    assert item_size({"m": {"M": {"k": {"S": "ab"}}}}) == 1 + 3 + 3 + 1
    assert item_size({"s": {"SS": ["ab", "c"]}}) == 1 + 3


def test_sizes_of_texts_are_those_of_moto() -> None:
    """Moto counts them for its limit of 400 KB."""
    item = {"one": {"S": "text"}, "two": {"S": "ü" * 50}}

    played = sum(DynamoType(value).size() for value in item.values())

    assert item_size(item) == played + len("onetwo")


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [(0, 1024, 1), (0, 1025, 2), (3000, 10, 3), (10, 3000, 3), (0, 0, 1), (2048, 0, 2)],
)
def test_writes_are_billed_by_the_larger_image(before: int, after: int, units: int) -> None:
    """In whole kilobytes, at least one; a delete by what it deletes."""
    images = [text(size) if size else None for size in (before, after)]

    assert write_units(*images) == units


def test_index_writes_are_billed_by_what_changes_there() -> None:
    """Nothing when the entry stays, twice when it moves."""
    assert index_write_units(None, text(100), moved=False) == 1
    assert index_write_units(text(100), text(100), moved=False) == 0
    assert index_write_units(text(100), text(1500), moved=False) == 2
    assert index_write_units(text(100), text(1500), moved=True) == 3
    assert index_write_units(text(100), None, moved=False) == 1
    assert index_write_units(None, None, moved=False) == 0


def test_reads_are_billed_in_four_kilobytes() -> None:
    """At once for a query, half when they need not be consistent, never nothing."""
    assert read_units(4096, strong=True) == 1
    assert read_units(4097, strong=True) == 2
    assert read_units(4097, strong=False) == 1
    assert read_units(0, strong=True) == 1
    assert read_units(0, strong=False) == 0.5


def test_the_ledger_costs_two_writes_for_a_new_one_and_none_for_a_known_one(
    metered: Metered,
) -> None:
    """One for the item, one for its entry in the index; looking up writes nothing."""
    wire = Wire(DYNAMODB, session(), region="eu-central-1", endpoint=metered.url)
    ledger = DynamoLedger(wire, "TransactionsTable")
    counted = metered.meter.counted

    ledger.add(KEY, [row(f"T{n:03}", n) for n in range(100)])

    assert counted["BatchWriteItem"] == 4
    assert counted["write_units"] == 200
    assert counted["items written to TransactionsTable"] == 100
    known = ledger.known_between(KEY, at(0), at(99))
    assert len(known) == 100
    assert (counted["Query"], counted["write_units"]) == (1, 200)
    assert 5 <= counted["read_units"] <= 12
    ledger.replace(KEY, replace(row("T001", 1), state=State.EXCLUDED, revision=2), expected=1)
    assert counted["write_units"] == 202
    ledger.known_by_id(KEY, ["T001", "no"])
    assert counted["calls"] == 7


def test_a_long_range_takes_several_pages(metered: Metered) -> None:
    """A query reads a megabyte at a time, as AWS does; each entry has its id three times."""
    wire = Wire(DYNAMODB, session(), region="eu-central-1", endpoint=metered.url)
    ledger = DynamoLedger(wire, "TransactionsTable")
    long_ids = [f"{n:05}" + "x" * 300 for n in range(1_200)]
    ledger.add(KEY, [row(name, n) for n, name in enumerate(long_ids)])

    known = ledger.known_between(KEY, at(0), at(2_000))

    assert list(known) == long_ids
    assert metered.meter.counted["Query"] == 2


def test_ten_threads_share_one_wire(metered: Metered) -> None:
    """Ten syncs of one batch use the same connections, and each gets its own answers."""
    wire = Wire(DYNAMODB, session(), region="eu-central-1", endpoint=metered.url)
    ledger = DynamoLedger(wire, "TransactionsTable")

    def work(worker: int) -> list[str]:
        """Write and read in one's own partition."""
        key = replace(KEY, owner=f"owner-{worker}")
        ledger.add(key, [row(f"{worker}-{n}", n) for n in range(60)])
        return list(ledger.known_between(key, at(0), at(59)))

    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(work, range(10)))

    assert found == [[f"{worker}-{n}" for n in range(60)] for worker in range(10)]
