"""Rows of files have ids of their own, which the same file gives again."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tidemark.domain.facts import Words
from tidemark.domain.files import FileRow, Money, found, row_fingerprint, row_legs, with_ids
from tidemark.domain.legs import Kind, Role, kind_of, net

WHEN = datetime(2024, 1, 31, 17, 30, tzinfo=UTC)
ONE = Money("BTC", Decimal(1))
TWO = Money("EUR", Decimal("2.50"))


def deposit(number: int = 2, amount: str = "1", **changed: object) -> FileRow:
    """Give a row in which bitcoins come in."""
    legs = row_legs(None, Money("BTC", Decimal(amount)), None, None)
    return replace(FileRow(number, WHEN, legs), **changed)  # type: ignore[arg-type]


def ids(*rows: FileRow) -> list[str]:
    """Give the ids of rows in their order."""
    return [id_ for id_, _ in with_ids(rows)]


def test_legs_of_a_row() -> None:
    """What goes out and the fee are negative; the label's kind is that of the principal legs."""
    legs = row_legs(TWO, ONE, Money("EUR", Decimal("0.1")), None)

    assert [(leg.id, leg.role, leg.kind) for leg in legs] == [
        ("out", Role.PRINCIPAL, Kind.TRADE),
        ("in", Role.PRINCIPAL, Kind.TRADE),
        ("fee", Role.FEE, Kind.FEE),
    ]
    assert net(legs) == {"EUR": Decimal("-2.60"), "BTC": Decimal(1)}
    assert kind_of(row_legs(None, ONE, None, Kind.AIRDROP)) is Kind.AIRDROP
    assert kind_of(row_legs(ONE, None, None, None)) is Kind.WITHDRAWAL
    assert kind_of(row_legs(None, None, ONE, None)) is Kind.FEE
    assert row_legs(None, None, Money("BTC", Decimal(0)), None) == ()


def test_twins_stay_two() -> None:
    """Rows that are alike are counted; others do not matter to them."""
    first, second, other, third = ids(deposit(), deposit(3), deposit(4, "2"), deposit(5))

    assert [first[-2:], second[-2:], other[-2:], third[-2:]] == [":1", ":2", ":1", ":3"]
    assert len({first, second, other, third}) == 4
    assert first[:-2] == third[:-2] == f"file:{row_fingerprint(deposit())}"


@given(st.permutations([deposit(amount=amount) for amount in ("1", "1", "2", "3", "3", "3")]))
def test_the_order_of_rows_does_not_matter(rows: list[FileRow]) -> None:
    """A sorted file has the same ids."""
    assert sorted(ids(*rows)) == sorted(ids(*sorted(rows, key=lambda row: row.legs)))


def test_what_an_id_stands_for() -> None:
    """Time, amounts, label and the file's own id; not the comment, the name or spelling."""
    plain = ids(deposit())

    assert plain == ids(deposit(amount="1.000", note="x", integration_name="y", kind=Kind.REWARD))
    assert plain == ids(deposit(label=" "))
    assert ids(deposit(label="Lending")) == ids(deposit(label="lending "))
    for changed in (
        deposit(label="Lending"),
        deposit(source_id="a"),
        deposit(occurred_at=WHEN + timedelta(microseconds=1)),
        deposit(amount="1.1"),
    ):
        assert ids(changed) != plain


def test_the_words_of_a_row() -> None:
    """The kind is told only where the legs alone would make another one."""
    assert deposit(kind=Kind.DEPOSIT, note="n").words == Words(None, None, "n")
    assert deposit(kind=Kind.REWARD).words.kind is Kind.REWARD
    assert deposit().words == Words()


def test_a_row_as_a_source_tells_it() -> None:
    """Its record is what was in the cells."""
    told = found("file:x:1", deposit(raw=(("Date", "31.01.2024"), ("Note", "é"))))

    assert (told.id, told.source_id, told.occurred_at) == ("file:x:1", "", WHEN)
    assert json.loads(told.raw) == [{"Date": "31.01.2024", "Note": "é"}]
