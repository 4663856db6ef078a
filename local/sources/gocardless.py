"""A GoCardless Bank Account Data server on this machine: ``python -m local.sources.gocardless``.

Like the real one it gives tokens for a day, consents by agreement and requisition, accounts whose
ids are the requisition's, and so many readings of an account and scope a day, told in headers.
``POST /_bank/<word>`` controls its bank from outside (see ``local.sources.bank_controls``).
"""

import argparse
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from local.sources import gocardless_shapes
from local.sources.bank import BOOKED, Bank, BankAccount, BankClock
from local.sources.bank_history import made_up_bank
from local.sources.bank_server import BankServer, Request, as_json
from local.sources.gocardless_consents import (
    ACCESS,
    REFRESH,
    Agreement,
    Refused,
    Requisition,
    Tokens,
)
from local.sources.gocardless_shapes import INSTITUTION
from local.sources.serving import Answer
from tidemark.domain.moments import parse

_HEADER = "HTTP_X_RATELIMIT_ACCOUNT_SUCCESS_"
_ROUTES: tuple[tuple[str, str, str], ...] = (
    ("POST", r"/token/(new|refresh)/", "token"),
    ("GET", r"/institutions/", "institutions"),
    ("POST", r"/agreements/enduser/", "make_agreement"),
    ("GET", r"/agreements/enduser/([^/]+)/", "agreement"),
    ("POST", r"/requisitions/", "make_requisition"),
    ("GET", r"/requisitions/([^/]+)/", "requisition"),
    ("GET", r"/accounts/([^/]+)/(details|balances|transactions)/", "account"),
)


@dataclass
class Behaviour:
    """How the server treats its caller: ``fails`` are refusals by call or scope."""

    fails: dict[str, tuple[int, str]] = field(default_factory=dict)


class GocardlessSource(BankServer):
    """The server."""

    routes = _ROUTES
    base = "/api/v2"
    page = "/start/"
    refused = Refused
    malformed = 400, "Bad request"

    def __init__(
        self,
        bank: Bank | None = None,
        *,
        port: int = 0,
        secret: tuple[str, str] | None = None,
        readings: int = 4,
    ) -> None:
        """Prepare to serve a bank; port 0 takes a free one. ``secret`` is the one pair taken."""
        super().__init__(bank, port, readings)
        self.behaviour, self.tokens = Behaviour(), Tokens()
        self.agreements: dict[str, Agreement] = {}
        self.requisitions: dict[str, Requisition] = {}
        self.credentials = {
            "aspsp": str(INSTITUTION["id"]),
            "country": "DE",
            "psu_type": "personal",
        }
        self._secret = secret

    def consent(self, link: str, *, deny: bool = False) -> str:
        """Be the customer at the bank's page; give where it leads back to."""
        requisition = self.requisitions[urlsplit(link).path.split("/")[2]]
        return requisition.way_back(self.bank.clock.now(), self.bank.shared, denied=deny)

    def end_sessions(self, status: str = "EXPIRED") -> None:
        """End all consents: to their user it is the same how."""
        del status
        for agreement in self.agreements.values():
            agreement.ended = True

    def institutions(self, request: Request) -> object:
        """List the banks of a country."""
        return [INSTITUTION] if request.query.get("country", "de").upper() == "DE" else []

    def make_agreement(self, request: Request) -> object:
        """Note what is to be agreed to; no more than the bank allows."""
        days = int(request.body["access_valid_for_days"])
        historical = int(request.body["max_historical_days"])
        if days > int(str(INSTITUTION["max_access_valid_for_days"])):
            raise Refused(400, "Incorrect access_valid_for_days")
        if historical > int(str(INSTITUTION["transaction_total_days"])):
            raise Refused(400, "Incorrect max_historical_days")
        made = Agreement(str(uuid4()), days, historical)
        self.agreements[made.id] = made
        return self.agreement(request, made.id)

    def agreement(self, _request: Request, agreement_id: str) -> object:
        """Describe an agreement."""
        agreement = self.agreements[agreement_id]
        accepted = agreement.accepted and agreement.accepted.isoformat()
        days = {"access_valid_for_days": agreement.days}
        return {"id": agreement.id, "accepted": accepted, **days}

    def make_requisition(self, request: Request) -> object:
        """Ask for a consent."""
        told = request.body
        if told["institution_id"] != INSTITUTION["id"]:
            raise Refused(400, "Unknown Institution ID")
        agreement = self.agreements[told["agreement"]]
        made = Requisition(str(uuid4()), agreement, told["redirect"], told["reference"])
        self.requisitions[made.id] = made
        return self.requisition(request, made.id)

    def requisition(self, _request: Request, requisition_id: str) -> object:
        """Describe a requisition."""
        found = self.requisitions[requisition_id]
        link = f"{self.url}/start/{found.id}/{INSTITUTION['id']}"
        status = found.status_at(self.bank.clock.now())
        told = gocardless_shapes.requisition(found.id, status, link, list(found.accounts))
        return {**told, "agreement": found.agreement.id, "reference": found.reference}

    def account(self, request: Request, account_id: str, scope: str) -> Answer:
        """Give something of an account, and say how often that may be asked for today."""
        found = [each for each in self.requisitions.values() if account_id in each.accounts]
        if not found:
            raise Refused(404, "Account ID not found")
        now, account = self.bank.clock.now(), self.bank.accounts[found[0].accounts[account_id]]
        if found[0].agreement.has_expired(now):
            summary = f"End User Agreement (EUA) {found[0].agreement.id} has expired"
            raise Refused(401, summary, f"EUA was valid for {found[0].agreement.days} days")
        if scope in self.behaviour.fails:
            raise Refused(*self.behaviour.fails[scope])
        free = self.readings.take(account.hash, scope, now)
        headers = self._limits(account.hash, scope, now)
        if not free:
            raise Refused(429, "Rate limit exceeded", "Try again later", headers)
        days = timedelta(days=found[0].agreement.historical_days)
        return as_json(_told(account, scope, request.query, now, (now - days).date()), headers)

    def check(self, path: str, request: Request) -> None:
        """Look at the token, unless one is asked for."""
        if not path.startswith("/token/"):
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")
            self.tokens.check("access", token, self.bank.clock.now())

    def token(self, request: Request, which: str) -> dict[str, object]:
        """Give tokens for the application's secret, or a new one for the refreshing one."""
        told, now = request.body, self.bank.clock.now()
        if which == "refresh":
            self.tokens.check("refresh", told["refresh"], now)
            return self.tokens.give("access", ACCESS, now)
        pair = told["secret_id"], told["secret_key"]
        if self._secret not in {None, pair}:
            raise Refused(401, "Authentication failed", "No active account found")
        access = self.tokens.give("access", ACCESS, now)
        return {**access, **self.tokens.give("refresh", REFRESH, now)}

    def _limits(self, account: str, scope: str, now: datetime) -> dict[str, str]:
        """Say how many readings are left."""
        return {
            f"{_HEADER}LIMIT": str(self.readings.most),
            f"{_HEADER}REMAINING": str(self.readings.left(account, scope)),
            f"{_HEADER}RESET": str(self.readings.seconds_left(account, scope, now)),
        }


def _told(
    account: BankAccount, scope: str, query: Mapping[str, str], now: datetime, first: date
) -> object:
    """Give what is wanted of an account; nothing is older than was agreed to."""
    if scope == "details":
        return gocardless_shapes.details(account)
    if scope == "balances":
        return gocardless_shapes.balances(account, now)
    since = max(query.get("date_from", ""), first.isoformat())
    until = query.get("date_to", "9999-12-31")
    rows: dict[str, list[object]] = {"booked": [], "pending": []}
    for placed in account.newest_first():
        booking = placed.booking
        if since <= booking.day.isoformat() <= until:
            lane = "booked" if booking.status == BOOKED else "pending"
            rows[lane].append(gocardless_shapes.transaction(account, placed))
    return {"transactions": rows}


def main() -> None:
    """Serve a made-up bank until interrupted."""
    parser = argparse.ArgumentParser(description="GoCardless Bank Account Data, made up.")
    parser.add_argument("--port", type=int, default=9004)
    parser.add_argument("--now", type=parse, help="what the bank's clock shows, RFC 3339")
    chosen = parser.parse_args()
    source = GocardlessSource(made_up_bank(BankClock(chosen.now)), port=chosen.port)
    print(json.dumps({"url": source.url, **source.credentials}), flush=True)  # noqa: T201
    with suppress(KeyboardInterrupt):
        source.serve()


if __name__ == "__main__":
    main()
