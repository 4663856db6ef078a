"""A page of ledger rows is read at once, and as exactly as row by row."""

import functools
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidemark.connector_kit import grouping
from tidemark.connector_kit.asset_names import AssetNames
from tidemark.connector_kit.ledger_rows import Kinds, LedgerRows
from tidemark.connector_kit.running_balance import RunningBalance
from tidemark.domain.legs import Kind

ROW = {
    "type": "trade",
    "subtype": "",
    "time": "1700000000.5",
    "asset": "BTC",
    "amount": "1",
    "fee": "0",
    "balance": "1",
    "refid": "R",
}


def reader() -> LedgerRows:
    """Make what reads rows of a source that knows trades only."""
    return LedgerRows("ledger", Kinds({"trade": Kind.TRADE}), AssetNames(re.compile("-"), {}))


FIGURES = st.from_regex(
    r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,20})?", fullmatch=True
) | st.sampled_from(
    ["007", "1.", ".5", "1e3", "1,2", "1_0", " 1", "", "NaN", "-0", '"1"', "\u0661", None, 1, True]
)
SECONDS = st.from_regex(r"[0-9]{1,10}(\.[0-9]{1,9})?", fullmatch=True) | st.sampled_from(
    ["2024-01-01T00:00:00Z", "null", "-1700000000", "1e9", 1_700_000_000, None]
)
TYPES = st.sampled_from(["trade", "Trade", "", "unheard of", None, 3])
LEDGER_ROW = st.fixed_dictionaries(
    {
        "type": st.just("trade") | TYPES,
        "subtype": st.just("") | TYPES,
        "asset": st.sampled_from(["BTC", "ETH"]) | st.sampled_from(["", None, 5]),
        "refid": st.sampled_from(["R1", "R2", "", None]),
        "time": SECONDS,
        "amount": FIGURES,
        "fee": FIGURES,
        "balance": FIGURES,
    },
    optional={"more": st.just(1)},
)


@given(st.dictionaries(st.sampled_from("ABCD"), LEDGER_ROW, max_size=3))
def test_a_page_of_rows_is_read_as_its_rows_are(page: dict[str, object]) -> None:
    """Whether a page is plain and read at once, or has rows that nobody can read."""
    rows = reader()
    balances, again = RunningBalance(), RunningBalance()

    entries, unread = rows.read(balances, page)
    told, refused = grouping.understand(page, functools.partial(rows.read_one, again))

    assert (entries, unread) == (told, refused)
    assert balances.notes() == again.notes()


@given(st.integers(10**9 * 10**6 + 1, 4 * 10**9 * 10**6 - 1))
def test_times_are_read_to_the_microsecond(microseconds: int) -> None:
    """As many digits as there are."""
    rows = reader()
    seconds = f"{microseconds // 10**6}.{microseconds % 10**6:06}"

    (entry,) = rows.read(RunningBalance(), {"A": {**ROW, "time": seconds}})[0]

    assert entry.at == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


@pytest.mark.parametrize("name", ["asset", "amount", "fee"])
def test_another_record_has_another_digest(name: str) -> None:
    """What its legs are made of decides, and in whatever order the records come."""
    rows = reader()

    def digest(page: dict[str, object]) -> str:
        """Give that of the one transaction."""
        (found,) = grouping.group(rows.read(RunningBalance(), page)[0], rows)
        return found.digest

    assert digest({"A": ROW, "B": ROW}) == digest({"B": {**ROW, "more": 1}, "A": ROW})
    assert digest({"A": ROW, "B": ROW}) != digest({"A": ROW})
    assert digest({"A": ROW}) != digest({"A": {**ROW, name: "2"}})
