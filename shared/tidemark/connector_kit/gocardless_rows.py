"""What GoCardless's answers say (Bank Account Data, API v2): as near to the banks' as can be."""

from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal

from tidemark.connector_kit import shapes
from tidemark.connector_kit.bank_balances import Balance
from tidemark.connector_kit.bank_kinds import kind_of_row
from tidemark.connector_kit.bank_rows import BankRow, Lane, Record, day_of, strings
from tidemark.domain import moments
from tidemark.domain.amounts import parse_amount
from tidemark.domain.ids import fingerprint
from tidemark.errors import SourceGarbage

_DAYS = ("bookingDate", "bookingDateTime", "valueDate", "valueDateTime")
_TEXTS = (
    "bookingDate",
    "valueDate",
    "creditorName",
    "debtorName",
    "remittanceInformationUnstructured",
    "remittanceInformationUnstructuredArray",
    "remittanceInformationStructured",
    "endToEndId",
)


def understand(record: Record) -> BankRow:
    """Read a transaction, whose amount has a sign; it is booked unless it is listed as pending.

    Raises:
        ValueError, SourceGarbage: it cannot be read.
    """
    sum_ = shapes.mapping(record, "transactionAmount")
    amount, currency = parse_amount(sum_.get("amount")), _currency(sum_)
    codes = (record.get("bankTransactionCode"), record.get("proprietaryBankTransactionCode"))
    return BankRow(
        Lane.BOOKED,
        day_of(*map(record.get, _DAYS)),
        amount,
        currency,
        kind_of_row(" ".join(strings(list(codes))), incoming=amount > 0),
        shapes.text(record.get("internalTransactionId")).strip(),
        _told(record, shapes.text(sum_.get("amount")), currency),
        at=_time(record),
        after=_after(record, currency),
    )


def _told(record: Record, amount: str, currency: str) -> tuple[str, ...]:
    """Give the raw texts that stand for a row; ``transactionId`` is no identity."""
    sides = [
        shapes.text(shapes.mapping(record, side).get("iban"))
        for side in ("creditorAccount", "debtorAccount")
    ]
    return (amount, currency, *sides, *("\n".join(strings(record.get(n))) for n in _TEXTS))


def _time(record: Record) -> datetime | None:
    """Give the time of booking, where it comes with a zone."""
    with suppress(ValueError, SourceGarbage):
        return moments.parse(shapes.text(record.get("bookingDateTime")))
    return None


def _after(record: Record, currency: str) -> Decimal | None:
    """Give the balance that a row led to, if the bank says so in the same currency."""
    with suppress(ValueError, SourceGarbage):
        told = shapes.mapping(record, "balanceAfterTransaction", "balanceAmount")
        if told and _currency(told) == currency:
            return parse_amount(told.get("amount"))
    return None


def balance(record: Record) -> Balance:
    """Read a balance. Raises SourceGarbage."""
    sum_ = shapes.mapping(record, "balanceAmount")
    kind, day = shapes.text(record.get("balanceType")), None
    with suppress(ValueError):
        day = date.fromisoformat(shapes.text(record.get("referenceDate")))
    return Balance(kind, shapes.text(sum_.get("currency")), shapes.amount(sum_.get("amount")), day)


def account_name(details: Record) -> str:
    """Give what stays the same of an account from consent to consent: its number and currency.

    Raises:
        SourceGarbage: the bank does not say.
    """
    numbers = ("iban", "bban", "maskedPan", "resourceId")
    number = next((text for text in (shapes.text(details.get(n)) for n in numbers) if text), "")
    if not number:
        raise SourceGarbage("The source names an account without its number.")
    return fingerprint("account", number, shapes.text(details.get("currency")))


def _currency(sum_: Record) -> str:
    """Give the currency of a sum. Raises ValueError: there is none."""
    currency = shapes.text(sum_.get("currency")).strip().upper()
    if not currency:
        raise ValueError("a sum without a currency")
    return currency
