"""How Enable Banking spells what the bank has (API 1.0.0), and how it cuts rows into pages."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from local.sources.bank import BankAccount, Placed
from local.sources.enable_banking_consents import Refused, Session

type Json = dict[str, object]

_AVAILABLE = {"CLBD": "ITAV", "ITBD": "XPCD"}
_OVERDRAFT = Decimal(500)


def account(uid: str, account: BankAccount) -> Json:
    """Describe an account."""
    return {
        "uid": uid,
        "identification_hash": account.hash,
        "identification_hashes": [account.hash],
        "account_id": {"iban": account.iban, "other": None},
        "account_servicer": {"bic_fi": "MUSTDEFFXXX", "name": "Musterbank"},
        "name": account.name,
        "details": None,
        "usage": "PRIV",
        "cash_account_type": "CACC",
        "product": account.name,
        "currency": account.currency,
        "psu_status": "Account Holder",
    }


def session(session: Session, accounts: Mapping[str, BankAccount]) -> Json:
    """Describe a session that was just made."""
    return {
        "session_id": session.id,
        "accounts": [account(uid, accounts[which]) for uid, which in session.uids.items()],
        "aspsp": session.aspsp,
        "psu_type": session.psu_type,
        "access": {"valid_until": session.valid_until.isoformat()},
    }


def session_status(session: Session, status: str) -> Json:
    """Describe a session later on."""
    return {
        "status": status,
        "accounts": list(session.uids),
        "accounts_data": [
            {"uid": uid, "identification_hash": which, "identification_hashes": [which]}
            for uid, which in session.uids.items()
        ],
        "aspsp": session.aspsp,
        "psu_type": session.psu_type,
        "access": {"valid_until": session.valid_until.isoformat()},
        "created": session.created.isoformat(),
        "authorized": session.created.isoformat(),
        "closed": None,
    }


def balances(account: BankAccount, today: date) -> Json:
    """Give the balance of what is booked, and one of what is available."""
    told = {
        _AVAILABLE[account.balance_type]: account.balance + _OVERDRAFT,
        account.balance_type: account.balance,
    }
    return {
        "balances": [
            {
                "name": kind,
                "balance_amount": {"currency": account.currency, "amount": f"{amount:.2f}"},
                "balance_type": kind,
                "last_change_date_time": None,
                "reference_date": today.isoformat(),
                "last_committed_transaction": None,
            }
            for kind, amount in told.items()
        ]
    }


def transaction(account: BankAccount, placed: Placed) -> Json:
    """Spell a row. The amount has no sign: the indicator tells."""
    booking = placed.booking
    incoming, day = booking.amount > 0, booking.day.isoformat()
    party = {"name": booking.party}
    told: Json = {
        "entry_reference": booking.reference,
        "merchant_category_code": None,
        "transaction_amount": {
            "currency": account.currency,
            "amount": f"{abs(booking.amount):.2f}",
        },
        "creditor": None if incoming else party,
        "debtor": party if incoming else None,
        "bank_transaction_code": {"description": None, "code": "PMNT", "sub_code": None},
        "credit_debit_indicator": "CRDT" if incoming else "DBIT",
        "status": booking.status,
        "booking_date": day if booking.status == "BOOK" else None,
        "value_date": day,
        "transaction_date": day,
        "balance_after_transaction": None,
        "remittance_information": [booking.text],
        "exchange_rate": None,
        "note": None,
        "transaction_id": None,
    }
    if account.tells_balances and booking.status == "BOOK":
        amount = {"currency": account.currency, "amount": f"{placed.balance:.2f}"}
        told["balance_after_transaction"] = amount
    return told


class Key(NamedTuple):
    """What a continuation key stands for."""

    uid: str
    since: str
    until: str
    offset: int
    rows: int

    def spell(self) -> str:
        """Make it opaque."""
        return base64.urlsafe_b64encode(json.dumps(self).encode()).decode()


def read_key(text: str, uid: str) -> Key:
    """Read a continuation key; one that was made for another account is refused."""
    try:
        key = Key(*json.loads(base64.urlsafe_b64decode(text)))
    except (binascii.Error, ValueError, TypeError):
        raise Refused(422, "WRONG_CONTINUATION_KEY", "The key cannot be read") from None
    if key.uid != uid:
        raise Refused(422, "WRONG_CONTINUATION_KEY", "The key is another account's")
    return key


def cut(rows: Sequence[Placed], key: Key, size: int) -> tuple[Sequence[Placed], Key | None]:
    """Cut a page out of an account's rows; a key is gone when there are fewer than it was for."""
    inside = [row for row in rows if key.since <= row.booking.day.isoformat() <= key.until]
    if key.rows > len(inside):
        raise Refused(422, "WRONG_CONTINUATION_KEY", "The key has expired")
    end = key.offset + size
    after = key._replace(offset=end, rows=len(inside)) if end < len(inside) else None
    return inside[key.offset : end], after
