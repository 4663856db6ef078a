"""Transactions as items."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.stores.made import row
from tidemark.domain.facts import Words
from tidemark.domain.history import Action, Change
from tidemark.domain.legs import Kind, Leg
from tidemark.domain.transactions import Transaction, known_of
from tidemark.stores import rows
from tidemark.stores.table import Item, write

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
MOMENTS = st.datetimes(min_value=datetime(2009, 1, 3), timezones=st.just(UTC))  # noqa: DTZ001
AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, places=18)
LEGS = st.lists(st.builds(Leg, TEXTS, TEXTS, AMOUNTS), max_size=4).map(tuple)
KINDS = st.sampled_from(Kind)
OVERLAYS = st.fixed_dictionaries(
    {},
    optional={
        "occurred_at": MOMENTS,
        "kind": KINDS,
        "legs": LEGS,
        "label": st.none() | TEXTS,
        "note": st.none() | TEXTS,
    },
)
TOLD = st.dictionaries(TEXTS, st.none() | TEXTS | st.lists(TEXTS), max_size=3)
CHANGES = st.builds(Change, MOMENTS, TEXTS, st.sampled_from(Action), TOLD, TOLD)
TRANSACTIONS = st.builds(
    Transaction,
    id=TEXTS,
    source_id=TEXTS,
    occurred_at=MOMENTS,
    legs=LEGS,
    imported_at=MOMENTS,
    import_id=TEXTS,
    revision=st.integers(1, 10**9),
    overlay=st.none() | OVERLAYS,
    words=st.none() | st.builds(Words, st.none() | KINDS, st.none() | TEXTS, st.none() | TEXTS),
    merged_into=st.none() | TEXTS.filter(bool),
    history=st.none() | st.lists(CHANGES, min_size=1, max_size=3).map(tuple),
    details=st.dictionaries(TEXTS, TEXTS, max_size=3),
    raw=st.none() | TEXTS.filter(bool),
    digest=TEXTS,
)


def item_of(transaction: Transaction) -> Item:
    """Give the item that a request would write."""
    item: Item = json.loads(rows.put_request("alice#i", transaction))["PutRequest"]["Item"]
    return item


@given(TRANSACTIONS)
def test_an_item_gives_the_transaction_back(transaction: Transaction) -> None:
    """All of it, whatever texts it holds; a lookup tells the same."""
    item = item_of(transaction)

    assert rows.transaction(item) == transaction
    assert rows.known(item) == known_of(transaction)


@given(TRANSACTIONS)
def test_both_ways_to_write_write_the_same(transaction: Transaction) -> None:
    """The request spelled by hand, and the values that replace an item."""
    key = {"integration_key": "alice#i", "transaction_id": transaction.id}

    assert write({**key, **rows.values(transaction)}) == item_of(transaction)


@given(st.text())
def test_raw_comes_back(text: str) -> None:
    """Even what no encoding would take."""
    assert rows.unpack(rows.pack(text)) == text


def test_raw_that_is_too_large_is_left_out() -> None:
    """The transaction is worth more than its record."""
    noise = "".join(chr(33 + n * n * 7919 % 9_000) for n in range(900_000))
    huge = replace(row("A"), raw=noise + str(Decimal(1) / 7))

    assert len(rows.put_request("alice#i", huge)) < 400_000


def test_an_ordinary_trade_is_less_than_a_write_unit() -> None:
    """Two ledger rows, with their record, in less than 1,024 bytes."""
    record = {
        "aclass": "currency",
        "amount": "-24.5000",
        "asset": "ZGBP",
        "balance": "459567.9171",
        "fee": "0.0490",
        "refid": "TJKLXF-PGMUI-4NTLXU",
        "time": "1688464484.1787",
        "type": "trade",
        "subtype": "tradespot",
    }
    leg = Leg("L4UESK-KG3EQ-UFO4T5", "GBP", Decimal("-24.5000"), *row("A").legs[0][3:])
    trade = replace(
        row("A"),
        id="ledger:TJKLXF-PGMUI-4NTLXU",
        source_id="TJKLXF-PGMUI-4NTLXU",
        import_id="sync_01J00000000000000000000001",
        legs=(leg, leg, leg),
        details={"pair": "XXBTZGBP", "price": "24500.00", "ordertype": "limit"},
        raw=json.dumps([record, {**record, "asset": "XXBT", "amount": "0.0010000000"}]),
    )
    item = item_of(trade)

    size = sum(len(name) + len(next(iter(each.values()))) for name, each in item.items())
    assert size < 1_024
