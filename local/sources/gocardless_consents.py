"""The tokens and consents of the fake GoCardless Bank Account Data."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import uuid4

from local.sources import bank_server
from local.sources.serving import Answer

ACCESS, REFRESH = timedelta(hours=24), timedelta(days=30)


class Refused(bank_server.Refused):
    """A request that is refused, in GoCardless's shape; ``headers`` go with it."""

    def __init__(
        self, status: int, word: str, text: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, word, text)
        told = {"summary": word, "detail": text, "status_code": status}
        self.answer = Answer(status, json.dumps(told).encode(), headers=headers or {})


@dataclass
class Tokens:
    """The tokens that were given, and until when."""

    until: dict[str, datetime] = field(default_factory=dict)

    def give(self, kind: str, lifetime: timedelta, now: datetime) -> dict[str, object]:
        """Give a token of a kind: ``access`` or ``refresh``."""
        token = secrets.token_urlsafe(24)
        self.until[f"{kind} {token}"] = now + lifetime
        return {kind: token, f"{kind}_expires": int(lifetime.total_seconds())}

    def check(self, kind: str, token: str, now: datetime) -> None:
        """Refuse a token that was not given, or has expired."""
        if self.until.get(f"{kind} {token}", now) <= now:
            raise Refused(401, "Invalid token", "Token is invalid or expired")


@dataclass
class Agreement:
    """What an end user agrees to."""

    id: str
    days: int
    historical_days: int
    accepted: datetime | None = None
    ended: bool = False

    def has_expired(self, now: datetime) -> bool:
        """Tell whether it is over."""
        late = self.accepted is not None and now >= self.accepted + timedelta(days=self.days)
        return self.ended or late


@dataclass
class Requisition:
    """A consent that is asked for, then given. ``accounts`` have ids of this requisition alone."""

    id: str
    agreement: Agreement
    redirect: str
    reference: str
    accounts: dict[str, str] = field(default_factory=dict)
    denied: bool = False

    def status_at(self, now: datetime) -> str:
        """Give the status: created, rejected, linked or expired."""
        if self.denied:
            return "RJ"
        if self.agreement.accepted is None:
            return "CR"
        return "EX" if self.agreement.has_expired(now) else "LN"

    def way_back(self, now: datetime, shared: list[str], *, denied: bool) -> str:
        """Decide at the bank's page, and give where that leads."""
        told = {"ref": self.reference}
        if denied:
            self.denied, told["error"] = True, "UserCancelledSession"
        else:
            self.agreement.accepted = now
            self.accounts = {str(uuid4()): account for account in shared}
        joint = "&" if "?" in self.redirect else "?"
        return f"{self.redirect}{joint}{urlencode(told)}"
