"""How GoCardless Bank Account Data (API v2) spells what the bank has."""

from datetime import datetime
from decimal import Decimal

from local.sources.bank import BOOKED, BankAccount, Placed

type Json = dict[str, object]

INSTITUTION: Json = {
    "id": "MUSTERBANK_MUSTDEFF",
    "name": "Musterbank",
    "bic": "MUSTDEFF",
    "transaction_total_days": "730",
    "max_access_valid_for_days": "180",
    "countries": ["DE"],
    "logo": "",
}
_TYPES = {"CLBD": "closingBooked", "ITBD": "interimBooked"}
_OVERDRAFT = Decimal(500)


def details(account: BankAccount) -> Json:
    """Describe an account."""
    told = {
        "resourceId": account.hash,
        "iban": account.iban,
        "currency": account.currency,
        "ownerName": "Jane Doe",
        "name": account.name,
        "product": account.name,
    }
    return {"account": told}


def balances(account: BankAccount, now: datetime) -> Json:
    """Give the balance of what is booked, and one of what is available."""
    told = {
        "interimAvailable": account.balance + _OVERDRAFT,
        _TYPES[account.balance_type]: account.balance,
    }
    day = now.date().isoformat()
    return {
        "balances": [
            {
                "balanceAmount": {"amount": f"{amount:.2f}", "currency": account.currency},
                "balanceType": kind,
                "referenceDate": day,
            }
            for kind, amount in told.items()
        ]
    }


def transaction(account: BankAccount, placed: Placed) -> Json:
    """Spell a row: the amount has a sign, and what the bank does not tell is left out."""
    booking = placed.booking
    amount = {"amount": f"{booking.amount:.2f}", "currency": account.currency}
    told: Json = {
        "valueDate": booking.day.isoformat(),
        "transactionAmount": amount,
        "debtorName" if booking.amount > 0 else "creditorName": booking.party,
        "remittanceInformationUnstructured": booking.text,
        "bankTransactionCode": "PMNT",
    }
    if booking.status == BOOKED:
        told["bookingDate"] = booking.day.isoformat()
    if booking.reference is not None and booking.status == BOOKED:
        told["transactionId"] = booking.reference
        told["internalTransactionId"] = f"int-{booking.reference}"
    if account.tells_balances and booking.status == BOOKED:
        after = {"amount": f"{placed.balance:.2f}", "currency": account.currency}
        told["balanceAfterTransaction"] = {"balanceAmount": after, "balanceType": "interimBooked"}
    return told


def requisition(requisition_id: str, status: str, link: str, accounts: list[str]) -> Json:
    """Describe a requisition."""
    return {
        "id": requisition_id,
        "created": "2026-01-15T12:00:00Z",
        "status": status,
        "institution_id": INSTITUTION["id"],
        "accounts": accounts,
        "link": link,
    }
