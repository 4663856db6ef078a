"""The consents of the fake Enable Banking: how one is asked for, given, used, and ends."""

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from local.sources import bank_server
from local.sources.bank import Bank
from local.sources.serving import Answer

CODE_LIFETIME = timedelta(minutes=10)
FRESH = timedelta(hours=1)
"""So long after its customer was there, a bank gives all of its history."""


class Refused(bank_server.Refused):
    """A request that is refused: by Enable Banking's word and sentence for it."""

    def __init__(self, status: int, word: str, text: str = "", detail: object = None) -> None:
        super().__init__(status, word, text or word.capitalize().replace("_", " "))
        told = {"message": self.text, "code": status, "error": word, "detail": detail}
        self.answer = Answer(status, json.dumps(told).encode())


@dataclass
class Authorization:
    """A consent that was asked for, and may be given at the bank's page."""

    id: str
    state: str
    redirect_url: str
    valid_until: datetime
    psu_type: str
    aspsp: dict[str, str]


@dataclass
class Session:
    """A consent that was given. ``uids`` are new each time, the accounts behind them are not."""

    id: str
    uids: dict[str, str]
    valid_until: datetime
    created: datetime
    psu_type: str
    aspsp: dict[str, str]
    status: str = "AUTHORIZED"

    def status_at(self, now: datetime) -> str:
        """Give the status at a moment."""
        expired = self.status == "AUTHORIZED" and now >= self.valid_until
        return "EXPIRED" if expired else self.status

    def refuse_unless_authorized(self, now: datetime) -> None:
        """Refuse to be used when it has ended."""
        status = self.status_at(now)
        if status != "AUTHORIZED":
            ended = status if status in {"EXPIRED", "CLOSED", "REVOKED"} else "CLOSED"
            raise Refused(401, f"{ended}_SESSION", f"The session is {ended.lower()}")

    def is_fresh(self, now: datetime) -> bool:
        """Tell whether its customer was at the bank just now."""
        return now - self.created <= FRESH


@dataclass
class Consents:
    """All that was asked for and given."""

    bank: Bank
    asked: dict[str, Authorization] = field(default_factory=dict)
    codes: dict[str, tuple[Authorization, datetime]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    sessions: dict[str, Session] = field(default_factory=dict)

    def ask(self, authorization: Authorization) -> None:
        """Note a consent that is asked for."""
        self.asked[authorization.id] = authorization

    def way_back(self, authorization_id: str, *, denied: bool) -> str:
        """Decide at the bank's page, and give where that leads: it is shown once."""
        asked = self.asked.pop(authorization_id, None)
        if asked is None:
            raise Refused(404, "WRONG_REQUEST_PARAMETERS", "There is no such authorization")
        if denied:
            told = {"error": "access_denied", "error_description": "Denied by the customer"}
        else:
            code = secrets.token_urlsafe(16)
            self.codes[code] = asked, self.bank.clock.now()
            told = {"code": code}
        joint = "&" if "?" in asked.redirect_url else "?"
        return f"{asked.redirect_url}{joint}{urlencode({**told, 'state': asked.state})}"

    def redeem(self, code: str) -> Session:
        """Make a session of a code, once."""
        if code in self.used:
            raise Refused(422, "ALREADY_AUTHORIZED", "The code was used")
        if code not in self.codes:
            raise Refused(422, "WRONG_AUTHORIZATION_CODE", "There is no such code")
        asked, given = self.codes.pop(code)
        now = self.bank.clock.now()
        if now - given > CODE_LIFETIME:
            raise Refused(422, "EXPIRED_AUTHORIZATION_CODE", "The code has expired")
        self.used.add(code)
        uids = {secrets.token_hex(8): account for account in self.bank.shared}
        session = Session(
            secrets.token_hex(16), uids, asked.valid_until, now, asked.psu_type, asked.aspsp
        )
        self.sessions[session.id] = session
        return session

    def session(self, session_id: str) -> Session:
        """Give a session, whatever its status."""
        if session_id not in self.sessions:
            raise Refused(404, "SESSION_DOES_NOT_EXIST", "There is no such session")
        return self.sessions[session_id]

    def behind(self, uid: str) -> tuple[Session, str]:
        """Give the session that a uid is of, and the account behind it."""
        for session in self.sessions.values():
            if uid in session.uids:
                session.refuse_unless_authorized(self.bank.clock.now())
                return session, session.uids[uid]
        raise Refused(404, "ACCOUNT_DOES_NOT_EXIST", "There is no such account")

    def end_all(self, status: str) -> None:
        """End all sessions: EXPIRED, CLOSED, REVOKED or CANCELLED."""
        for session in self.sessions.values():
            session.status = status
