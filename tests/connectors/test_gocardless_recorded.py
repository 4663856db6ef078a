"""What 17 banks sent through GoCardless, where TIDEMARK_RECORDINGS names its folder."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tidemark.connector_kit.bank_rows import BankPage, Occurrences, balances_after
from tidemark.connector_kit.gocardless_rows import account_name, balance, understand

RECORDINGS = os.environ.get("TIDEMARK_RECORDINGS", "")
BANKS = sorted(Path(RECORDINGS).glob("gocardless/actual-server/banks/tests/*.json"))

pytestmark = pytest.mark.skipif(not RECORDINGS, reason="TIDEMARK_RECORDINGS is not set")


def values(path: Path) -> Iterator[object]:
    """Go through what was taken out of a bank's file."""
    for each in json.loads(path.read_text(), parse_float=str):
        yield each["value"]


def lists_of(path: Path, member: str) -> Iterator[list[dict[str, object]]]:
    """Go through lists of records that have a member; a single record is a list of one."""
    for value in values(path):
        told = value if isinstance(value, list) else [value]
        records = [each for each in told if isinstance(each, dict) and member in each]
        if records:
            yield records


def test_there_are_seventeen() -> None:
    """As many as were recorded."""
    assert len(BANKS) == 17


@pytest.mark.parametrize("path", BANKS, ids=lambda path: path.stem)
def test_rows_are_read_and_told_apart(path: Path) -> None:
    """Each row is read, or has no date at all; no two of a list share an id."""
    for records in lists_of(path, "transactionAmount"):
        page = BankPage("account", understand, Occurrences())
        page.take(records)
        dated = [r for r in records if any(n.endswith(("Date", "DateTime")) for n in r)]

        assert {row.reason for row in page.unread} <= {"a row without a date"}
        assert len(page.booked) == len(dated)
        assert len(page.rows) + len(page.unread) == len(records)
        for found in page.booked.values():
            raw = json.loads(found.raw)[0]["transactionAmount"]
            assert f"{found.legs[0].amount:f}" == raw["amount"]


@pytest.mark.parametrize("path", BANKS, ids=lambda path: path.stem)
def test_accounts_and_balances_are_read(path: Path) -> None:
    """Each account has a name that stays, each balance its type and sum."""
    for records in lists_of(path, "iban"):
        assert all(account_name(record) for record in records)
    for records in lists_of(path, "balanceAmount"):
        assert all(balance(record).currency for record in records if "balanceType" in record)


def test_a_bank_that_tells_running_balances_is_understood() -> None:
    """One of those recorded does; its rows have no dates there, and get one here."""
    (path,) = (each for each in BANKS if each.stem.startswith("ing_pl_ingbplpw"))
    records = [
        {**record, "bookingDate": "2024-01-02"}
        for records in lists_of(path, "balanceAfterTransaction")
        for record in records
    ]
    told = [balances_after(json.dumps([record]), understand) for record in records]
    assert records
    assert all(balances.keys() == {"USD"} for balances in told)
