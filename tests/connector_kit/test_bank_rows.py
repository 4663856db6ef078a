"""Rows of banks are known again: by reference, or by what they say and their number."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidemark.connector_kit.bank_kinds import kind_of_row
from tidemark.connector_kit.bank_rows import BankPage, BankRow, Lane, Occurrences, Record, day_of
from tidemark.domain.amounts import parse_amount
from tidemark.domain.legs import Kind

DAY = date(2025, 3, 1)


def understand(record: Record) -> BankRow:
    """Read a record of this test: day, text, amount, reference."""
    day, text, amount, reference = (
        str(record.get(name)) for name in ("day", "text", "amount", "ref")
    )
    told = (day, text, amount)
    moved = parse_amount(amount)
    return BankRow(
        Lane.BOOKED, date.fromisoformat(day), moved, "EUR", Kind.PAYMENT, reference, told
    )


def row(days: int, text: str, ref: str = "", amount: str = "-1") -> Record:
    """Make a record, so many days back."""
    day = (DAY - timedelta(days=days)).isoformat()
    return {"day": day, "text": text, "amount": amount, "ref": ref}


def read(pages: list[list[Record]]) -> list[str]:
    """Read pages one after the other, as the cursor carries what was met."""
    met, ids = Occurrences(), []
    for records in pages:
        page = BankPage("account", understand, Occurrences(met.days))
        page.take(records)
        assert not page.unread
        ids += list(page.booked)
        met = Occurrences(page.met.near(page.edge))
    return ids


ROWS = st.lists(
    st.builds(
        row,
        st.integers(0, 6),
        st.sampled_from(["coffee", "train"]),
        amount=st.sampled_from(["-1", "-2"]),
    ),
    max_size=40,
)


@given(ROWS, st.integers(1, 9), st.integers(1, 9), st.randoms(use_true_random=False))
def test_ids_do_not_depend_on_pages_nor_on_order_within_a_day(
    rows: list[Record], size: int, other: int, chance: random.Random
) -> None:
    """Any cut into pages, any order of one day's rows: the same ids, one for each row."""
    rows.sort(key=lambda record: str(record["day"]), reverse=True)
    first = read([rows[at : at + size] for at in range(0, len(rows), size)])
    chance.shuffle(rows)
    rows.sort(key=lambda record: str(record["day"]), reverse=True)
    second = read([rows[at : at + other] for at in range(0, len(rows), other)])

    assert sorted(first) == sorted(second)
    assert len(set(first)) == len(rows)


@given(ROWS, st.integers(0, 6), st.integers(0, 6))
def test_ids_do_not_depend_on_the_window(rows: list[Record], oldest: int, newest: int) -> None:
    """Of whole days, whichever: the ids are those that the whole history has."""
    first, last = (DAY - timedelta(days=days) for days in (oldest, newest))
    inside = [each for each in rows if first.isoformat() <= str(each["day"]) <= last.isoformat()]

    assert set(read([inside])) <= set(read([rows]))
    assert len(set(read([inside]))) == len(inside)


def test_a_reference_is_the_identity_and_blanks_are_none() -> None:
    """Accounts are apart; the same row twice on a page is one."""
    page = BankPage("account", understand, Occurrences())
    page.take([row(0, "a", "R1"), row(0, "a", "R1"), row(0, "a")])

    assert next(found.source_id for found in page.booked.values()) == "R1"
    assert len(page.booked) == 2
    assert all(found.startswith("transactions:account:") for found in page.booked)


@pytest.mark.parametrize("word", ["NOTPROVIDED", "NonRef", "not available", "000", "n/a", "-"])
def test_what_stands_for_no_reference_names_no_row(word: str) -> None:
    """Banks fill the field with it: each row is one of its own, on whatever page it comes."""
    rent = [row(days, "rent", word) for days in (60, 30, 0)]

    assert len(set(read([[each] for each in rent]))) == 3
    assert read([rent]) == read([[row(days, "rent") for days in (60, 30, 0)]])


def test_two_rows_under_one_reference_are_not_both_believed() -> None:
    """The second is kept as it came, with its time."""
    page = BankPage("account", understand, Occurrences())
    page.take([row(0, "a", "R1"), row(1, "b", "R1", "-2")])

    assert len(page.booked) == 1
    assert page.unread[0].reason == "another row has the same reference"
    assert page.unread[0].occurred_at is not None


def test_what_cannot_be_read_is_kept() -> None:
    """Whatever it is, twins too."""
    page = BankPage("account", understand, Occurrences())
    page.take([7, row(0, "a", amount="x"), row(0, "a", amount="x")])

    assert len({each.id for each in page.unread}) == 3
    assert not page.booked


def test_only_what_is_near_is_carried_on_where_it_is_much() -> None:
    """Thousands of rows without a reference do not fit into a cursor."""
    met = Occurrences()
    for days in range(400):
        for number in range(6):
            met.number((DAY - timedelta(days=days)).isoformat(), f"name {number}")

    assert set(met.near(DAY)) == {(DAY - timedelta(days=days)).isoformat() for days in range(11)}
    assert met.near(None) == met.days


@pytest.mark.parametrize(
    ("code", "incoming", "by_card", "kind"),
    [
        ("PMNT RCDT", True, False, Kind.DEPOSIT),
        ("PMNT ICDT", False, False, Kind.WITHDRAWAL),
        ("PMNT-CCRD-POSD", False, False, Kind.PAYMENT),
        ("", False, True, Kind.PAYMENT),
        ("", True, True, Kind.REFUND),
        ("acmt mdop intr", True, False, Kind.INTEREST),
        ("ACMT-MDOP-CHRG", False, False, Kind.FEE),
        ("166 something", True, False, Kind.DEPOSIT),
    ],
)
def test_kinds_are_those_of_the_codes(
    code: str,
    incoming: bool,  # noqa: FBT001 - a column of the table above
    by_card: bool,  # noqa: FBT001
    kind: Kind,
) -> None:
    """Where they say nothing, the direction does."""
    assert kind_of_row(code, incoming=incoming, by_card=by_card) is kind


def test_the_first_date_that_is_given_counts() -> None:
    """A time of day is left out; none at all is an error."""
    assert day_of(None, " ", "2025-03-01T10:00:00.000", "2025-04-01") == DAY
    with pytest.raises(ValueError, match="without a date"):
        day_of(None, "")
    with pytest.raises(ValueError, match="isoformat"):
        day_of("01.03.2025")
