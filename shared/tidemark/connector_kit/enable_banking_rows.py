"""What Enable Banking's answers say (API 1.0.0: Transaction, BalanceResource, AccountResource)."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal

from tidemark.connector_kit import shapes
from tidemark.connector_kit.bank_balances import Balance
from tidemark.connector_kit.bank_kinds import kind_of_row
from tidemark.connector_kit.bank_rows import BankRow, Lane, Record, day_of, strings
from tidemark.domain.amounts import parse_amount
from tidemark.errors import BadCredentials, SourceGarbage

_LANES = {
    "BOOK": Lane.BOOKED,
    **dict.fromkeys(("PDNG", "HOLD", "SCHD"), Lane.PENDING),
    **dict.fromkeys(("CNCL", "RJCT"), Lane.VOID),
}
_SIGNS = {"CRDT": 1, "DBIT": -1}


def understand(record: Record) -> BankRow:
    """Read a transaction. Raises ValueError, SourceGarbage."""
    sum_ = shapes.mapping(record, "transaction_amount")
    currency = _currency(sum_)
    indicator, status = _word(record, "credit_debit_indicator"), _word(record, "status")
    if indicator not in _SIGNS:
        raise ValueError("a row that neither adds nor takes")
    if status not in _LANES:
        raise ValueError(f"a row in an unknown state: {status[:10]}")
    amount = _SIGNS[indicator] * abs(parse_amount(sum_.get("amount")))
    code = shapes.mapping(record, "bank_transaction_code")
    words = " ".join(strings([code.get("code"), code.get("sub_code")]))
    by_card = bool(record.get("merchant_category_code"))
    return BankRow(
        _LANES[status],
        day_of(*(record.get(f"{name}_date") for name in ("booking", "value", "transaction"))),
        amount,
        currency,
        kind_of_row(words, incoming=indicator == "CRDT", by_card=by_card),
        shapes.text(record.get("entry_reference")).strip(),
        _told(record, shapes.text(sum_.get("amount")), currency, indicator),
        after=_after(record, currency),
    )


def _told(record: Record, amount: str, currency: str, indicator: str) -> tuple[str, ...]:
    """Give the raw texts that stand for a row: none that is set or changed later."""
    days = [shapes.text(record.get(name)) for name in ("booking_date", "value_date")]
    sides = [
        [shapes.mapping(record, side).get("name"), _account(record, f"{side}_account")]
        for side in ("creditor", "debtor")
    ]
    remittance = strings(record.get("remittance_information"))
    return (*days, amount, currency, indicator, *map(_joined, sides), *remittance)


def _joined(values: object) -> str:
    """Join the texts inside a value."""
    return "\n".join(strings(values))


def _account(record: Record, name: str) -> str:
    """Give the number of the account on one side of a row."""
    account = shapes.mapping(record, name)
    return shapes.text(account.get("iban")) or shapes.text(
        shapes.mapping(account, "other").get("identification")
    )


def _after(record: Record, currency: str) -> Decimal | None:
    """Give the balance that a row led to, if the bank says so in the same currency."""
    with suppress(ValueError, SourceGarbage):
        told = shapes.mapping(record, "balance_after_transaction")
        if told and _currency(told) == currency:
            return parse_amount(told.get("amount"))
    return None


def balance(record: Record) -> Balance:
    """Read a balance. Raises SourceGarbage."""
    sum_ = shapes.mapping(record, "balance_amount")
    kind, day = shapes.text(record.get("balance_type")), None
    with suppress(ValueError):
        day = date.fromisoformat(shapes.text(record.get("reference_date")))
    return Balance(kind, shapes.text(sum_.get("currency")), shapes.amount(sum_.get("amount")), day)


def account_names(records: Sequence[object]) -> dict[str, str]:
    """Give the ``uid`` of each account by what stays the same of it.

    Accounts under one number in several currencies share their hash, and are told apart by those.

    Raises:
        BadCredentials: no account was shared.
    """
    accounts = [shapes.mapping(record) for record in records]
    hashes = [shapes.text(each.get("identification_hash")) for each in accounts]
    if not accounts:
        raise BadCredentials("No account was shared: connect the bank again and choose some.")
    if not all(hashes) or not all(each.get("uid") for each in accounts):
        raise SourceGarbage("The source names an account without its identification.")
    names = [
        f"{name}/{shapes.text(each.get('currency'))}" if hashes.count(name) > 1 else name
        for name, each in zip(hashes, accounts, strict=True)
    ]
    return dict(zip(names, (shapes.text(each["uid"]) for each in accounts), strict=True))


def _word(record: Record, name: str) -> str:
    """Give a word in capitals."""
    return shapes.text(record.get(name)).upper()


def _currency(sum_: Record) -> str:
    """Give the currency of a sum. Raises ValueError: there is none."""
    currency = shapes.text(sum_.get("currency")).strip().upper()
    if not currency:
        raise ValueError("a sum without a currency")
    return currency
