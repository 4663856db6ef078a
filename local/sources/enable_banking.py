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
import re
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from email.message import Message
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from local.sources import bank_controls, enable_banking_shapes, jwt_check
from local.sources.bank import Bank
from local.sources.bank_history import made_up_bank
from local.sources.bank_visits import Asking, Readings
from local.sources.enable_banking_consents import Authorization, Consents, Refused
from local.sources.enable_banking_rules import Behaviour, Request, window
from local.sources.enable_banking_shapes import cut, read_key
from local.sources.serving import Answer, Served

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


class EnableBankingSource(Served):
    """The server, on a port of 127.0.0.1; use it in ``with``, or call ``start`` and ``stop``."""

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
        self.bank = bank or made_up_bank()
        self.behaviour = behaviour or Behaviour()
        self.consents = Consents(self.bank)
        self.asking, self.readings = Asking(), Readings()
        self.credentials = {"aspsp": ASPSP["name"], "country": "DE", "psu_type": "personal"}
        self.requests: Counter[str] = Counter()
        self.unattended: Counter[str] = Counter()
        self._application, self._public_key = application, public_key
        super().__init__(port)

    def answer(self, method: str, path: str, headers: Message, body: bytes) -> Answer:
        """Answer one request, in Enable Banking's words."""
        url = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        try:
            with self.bank.lock:
                if url.path.startswith("/_bank/"):
                    return _json(bank_controls.control(self, url.path[7:], body))
                if url.path.startswith("/bank/"):
                    return self._bank_page(url.path[6:], denied="deny" in query)
                told = {name.title(): value for name, value in headers.items()}
                return self._api(method, url.path, Request(query, told, json.loads(body or b"{}")))
        except Refused as refused:
            return _refusal(refused)
        except (KeyError, ValueError):
            return _refusal(Refused(422, "WRONG_REQUEST_PARAMETERS"))

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

    def _api(self, method: str, path: str, request: Request) -> Answer:
        """Answer a call of the API."""
        now = self.bank.clock.now()
        authorization = request.headers.get("Authorization")
        wrong = jwt_check.wrong_with(authorization, now, self._application, self._public_key)
        if wrong:
            raise Refused(401, "UNAUTHORIZED_ACCESS", wrong)
        for called, pattern, name in _ROUTES:
            match = re.fullmatch(pattern, path)
            if match and called == method:
                self.requests[name] += 1
                if name in self.behaviour.fails:
                    raise Refused(*self.behaviour.fails[name])
                act: Callable[..., object] = getattr(self, name)
                return _json(act(request, *match.groups()))
        raise Refused(404, "WRONG_REQUEST_PARAMETERS", "There is no such path")

    def _bank_page(self, path: str, *, denied: bool) -> Answer:
        """Be the bank's page, whose customer agrees at once."""
        back = self.consents.way_back(path.rpartition("/")[2], denied=denied)
        return Answer(302, b"", content_type="text/plain", headers={"Location": back})

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


def _json(value: object) -> Answer:
    """Answer well."""
    return Answer(200, json.dumps(value).encode())


def _refusal(refused: Refused) -> Answer:
    """Refuse in Enable Banking's shape."""
    told = {"message": refused.message, "code": refused.status, "error": refused.error}
    return Answer(refused.status, json.dumps({**told, "detail": refused.detail}).encode())


def main() -> None:
    """Serve a made-up bank until interrupted."""
    parser = argparse.ArgumentParser(description="An Enable Banking server with a made-up bank.")
    parser.add_argument("--port", type=int, default=9003)
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    bank = made_up_bank(seed=chosen.seed, days=chosen.days)
    source = EnableBankingSource(bank, port=chosen.port)
    print(json.dumps({"url": source.url, **source.credentials}), flush=True)  # noqa: T201
    with suppress(KeyboardInterrupt):
        source.serve()


if __name__ == "__main__":
    main()
