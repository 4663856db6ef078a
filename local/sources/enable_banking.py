"""An Enable Banking server on this machine: ``python -m local.sources.enable_banking``.

It is as strict as the real one: the application's token, whole sets of PSU headers, codes and
sessions that end, four unattended readings of an account a day, history beyond 90 days only just
after a consent. Its bank has a clock of its own, and can be told to ask for a one-time password or
for a confirmation before it gives transactions.

The real one takes one-time passwords at its own page only. Here the header ``Psu-Otp`` takes one,
which is how Tidemark sends what an owner answers.

``POST /_bank/<word>`` controls it from outside (see ``local.sources.bank_controls``).
"""

import argparse
import json
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from urllib.parse import urlsplit
from uuid import uuid4

from local.sources import enable_banking_shapes, jwt_check
from local.sources.bank import Bank, BankClock
from local.sources.bank_history import made_up_bank
from local.sources.bank_server import BankServer, Request
from local.sources.enable_banking_consents import Authorization, Consents, Refused
from local.sources.enable_banking_rules import Behaviour, window
from local.sources.enable_banking_shapes import cut, read_key
from tidemark.domain.moments import parse

ASPSP = {"name": "Musterbank", "country": "DE"}
_ROUTES: tuple[tuple[str, str, str], ...] = (
    ("GET", r"/aspsps", "aspsps"),
    ("POST", r"/auth", "authorize"),
    ("POST", r"/sessions", "make_session"),
    ("GET", r"/sessions/([^/]+)", "session"),
    ("DELETE", r"/sessions/([^/]+)", "close_session"),
    ("GET", r"/accounts/([^/]+)/balances", "balances"),
    ("GET", r"/accounts/([^/]+)/transactions", "transactions"),
)


class EnableBankingSource(BankServer):
    """The server."""

    routes = _ROUTES
    page = "/bank/"
    refused = Refused
    malformed = 422, "WRONG_REQUEST_PARAMETERS"

    def __init__(
        self,
        bank: Bank | None = None,
        *,
        port: int = 0,
        application: str | None = None,
        public_key: str | None = None,
        behaviour: Behaviour | None = None,
    ) -> None:
        """Prepare to serve a bank; port 0 takes a free one.

        With ``application`` only its tokens are taken; their signatures are checked with
        ``public_key`` (PEM).
        """
        super().__init__(bank, port)
        self.behaviour: Behaviour = behaviour or Behaviour()
        self.consents = Consents(self.bank)
        self.credentials = {"aspsp": ASPSP["name"], "country": "DE", "psu_type": "personal"}
        self.unattended: Counter[str] = Counter()
        self._application, self._public_key = application, public_key

    def check(self, _path: str, request: Request) -> None:
        """Look at the token."""
        authorization, now = request.headers.get("Authorization"), self.bank.clock.now()
        wrong = jwt_check.wrong_with(authorization, now, self._application, self._public_key)
        if wrong:
            raise Refused(401, "UNAUTHORIZED_ACCESS", wrong)

    def consent(self, link: str, *, deny: bool = False) -> str:
        """Be the customer at the bank's page; give where it leads back to."""
        with self.bank.lock:
            return self.consents.way_back(urlsplit(link).path.rpartition("/")[2], denied=deny)

    def end_sessions(self, status: str) -> None:
        """End all consents: EXPIRED, CLOSED, REVOKED or CANCELLED."""
        with self.bank.lock:
            self.consents.end_all(status)

    def aspsps(self, request: Request) -> object:
        """List the banks of a country."""
        wanted = request.query.get("country", "DE")
        names = [ASPSP["name"], "Sparkasse Nord"] if wanted == "DE" else []
        return {"aspsps": [self._aspsp(name, wanted) for name in names]}

    def authorize(self, request: Request) -> object:
        """Ask for a consent: its end may not be too late, and there is one bank only."""
        told = request.body
        until = datetime.fromisoformat(told["access"]["valid_until"])
        now = self.bank.clock.now()
        if until.tzinfo is None or not now < until <= now + self.behaviour.maximum_validity:
            raise Refused(422, "WRONG_REQUEST_PARAMETERS", "Wrong valid_until")
        if {name: told["aspsp"][name] for name in ASPSP} != ASPSP:
            raise Refused(422, "WRONG_ASPSP_PROVIDED", "There is no such bank")
        authorization = Authorization(
            str(uuid4()), told["state"], told["redirect_url"], until, told["psu_type"], {**ASPSP}
        )
        self.consents.ask(authorization)
        url = f"{self.url}/bank/auth/{authorization.id}"
        return {"url": url, "authorization_id": authorization.id, "psu_id_hash": "psu"}

    def make_session(self, request: Request) -> object:
        """Make a session of a code."""
        session = self.consents.redeem(request.body["code"])
        return enable_banking_shapes.session(session, self.bank.accounts)

    def session(self, _request: Request, session_id: str) -> object:
        """Describe a session."""
        session = self.consents.session(session_id)
        status = session.status_at(self.bank.clock.now())
        return enable_banking_shapes.session_status(session, status)

    def close_session(self, _request: Request, session_id: str) -> object:
        """Close a session."""
        self.consents.session(session_id).status = "CLOSED"
        return {"message": "OK"}

    def balances(self, request: Request, uid: str) -> object:
        """Give an account's balances."""
        _, account = self.consents.behind(uid)
        self._count(account, "balances", request.headers)
        return enable_banking_shapes.balances(self.bank.accounts[account], self.bank.today())

    def transactions(self, request: Request, uid: str) -> object:
        """Give a page of an account's rows, newest first."""
        session, which = self.consents.behind(uid)
        query, account = request.query, self.bank.accounts[which]
        if "continuation_key" in query:
            key = read_key(query["continuation_key"], uid)
        else:
            key = window(self.behaviour, self.bank.clock.now(), session, uid, query)
            if words := self.asking.stops(request.headers):
                raise Refused(403, "ASPSP_PSU_ACTION_REQUIRED", "PSU action required", words)
            self._count(which, "transactions", request.headers)
        rows, wanted = account.newest_first(), query.get("transaction_status")
        kept = [row for row in rows if wanted in {None, row.booking.status}]
        page, after = cut(kept, key, self.behaviour.page_size)
        shown = [enable_banking_shapes.transaction(account, row) for row in page]
        return {"transactions": shown, "continuation_key": after and after.spell()}

    def _aspsp(self, name: str, country: str) -> object:
        """Describe a bank."""
        return {
            "name": name,
            "country": country,
            "psu_types": ["personal", "business"],
            "maximum_consent_validity": int(self.behaviour.maximum_validity.total_seconds()),
            "required_psu_headers": list(self.behaviour.required_psu_headers),
            "beta": False,
        }

    def _count(self, account: str, scope: str, headers: Mapping[str, str]) -> None:
        """Count a reading when nobody is there; half a set of PSU headers is refused."""
        wanted = self.behaviour.required_psu_headers
        given = [name for name in wanted if headers.get(name)]
        if given and len(given) < len(wanted):
            raise Refused(422, "PSU_HEADER_NOT_PROVIDED", "All PSU headers or none")
        if given:
            return
        self.unattended[f"{account}/{scope}"] += 1
        if not self.readings.take(account, scope, self.bank.clock.now()):
            raise Refused(429, "ASPSP_RATE_LIMIT_EXCEEDED", "Four readings a day")


def main() -> None:
    """Serve a made-up bank until interrupted."""
    parser = argparse.ArgumentParser(description="An Enable Banking server with a made-up bank.")
    parser.add_argument("--port", type=int, default=9003)
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--now", type=parse, help="what the bank's clock shows, RFC 3339")
    chosen = parser.parse_args()
    bank = made_up_bank(BankClock(chosen.now), seed=chosen.seed, days=chosen.days)
    source = EnableBankingSource(bank, port=chosen.port)
    print(json.dumps({"url": source.url, **source.credentials}), flush=True)  # noqa: T201
    with suppress(KeyboardInterrupt):
        source.serve()


if __name__ == "__main__":
    main()
