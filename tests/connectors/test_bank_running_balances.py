"""The balance behind a bank's row is taken where it is told, and never gets in the way."""

import json
from decimal import Decimal

import pytest

from tests.connectors.enable_banking_case import row
from tidemark.connector_kit.bank_rows import BankPage, Occurrences
from tidemark.connector_kit.enable_banking_rows import understand
from tidemark.connectors.enable_banking import EnableBanking
from tidemark.connectors.gocardless import Gocardless

LEFT = {"currency": "EUR", "amount": "96.60"}
SPENT = {"bookingDate": "2024-03-07", "transactionAmount": {"amount": "-3.40", "currency": "EUR"}}


def enable_banking(after: object, status: str = "BOOK") -> str:
    """Give Enable Banking's record of a coffee."""
    record = row(f"2024-03-07 3.40 EUR {status}", "C1", balance_after_transaction=after)
    return json.dumps([record])


def gocardless(after: object) -> str:
    """Give GoCardless's."""
    return json.dumps([{**SPENT, "balanceAfterTransaction": after}])


def test_the_balance_behind_a_row_is_taken() -> None:
    """In the currency of its amount."""
    assert EnableBanking.balances_after(enable_banking(LEFT)) == {"EUR": Decimal("96.60")}
    told = gocardless({"balanceAmount": LEFT, "balanceType": "interimBooked"})
    assert Gocardless.balances_after(told) == {"EUR": Decimal("96.60")}
    assert Gocardless.balances_after(gocardless({"balanceAmount": LEFT})) != {}


MALFORMED = (None, {}, [], "96.60", {**LEFT, "amount": "much"}, {**LEFT, "currency": "USD"})


@pytest.mark.parametrize("after", MALFORMED)
def test_what_cannot_be_read_is_told_by_nobody(after: object) -> None:
    """The row itself is read as ever."""
    assert EnableBanking.balances_after(enable_banking(after)) == {}
    assert Gocardless.balances_after(gocardless({"balanceAmount": after})) == {}
    assert Gocardless.balances_after(gocardless(after)) == {}
    page = BankPage("a", understand, Occurrences())
    page.take(json.loads(enable_banking(after)))
    assert (len(page.booked), page.unread) == (1, [])


def test_what_is_not_booked_tells_nothing() -> None:
    """Nor does what is no row at all, or no record."""
    assert EnableBanking.balances_after(enable_banking(LEFT, "PDNG")) == {}
    assert EnableBanking.balances_after("[{}]") == EnableBanking.balances_after("") == {}


@pytest.mark.parametrize("account", ["hash-a", "hash/EUR", "with:colon"])
def test_a_row_says_which_account_it_is_of(account: str) -> None:
    """By what stays the same of it, which is part of its id."""
    page = BankPage(account, understand, Occurrences())
    page.take([row("2024-03-07 3.40 EUR BOOK", "C:1"), row("2024-03-07 3.40 EUR BOOK")])
    for found in page.booked.values():
        assert EnableBanking.account_of(found.id, found.source_id) == account
        assert Gocardless.account_of(found.id, found.source_id) == account
