"""Controls of a fake bank from outside: ``POST /_bank/<word>`` with a JSON object.

- ``clock``: ``{"advance_seconds": 86400}``, ``{"now": "2026-01-15T12:00:00Z"}``, or
  ``{"follow": "http://127.0.0.1:3000"}``: whatever the clock of that local server shows
- ``require``: ``{"kind": "otp" | "confirmation", "otp": "123456"}``, and ``confirm``: ``{}``
- ``end_sessions``: ``{"status": "EXPIRED" | "CLOSED" | "REVOKED" | "CANCELLED"}``
- ``add``: ``{"account": …, "amount": "-3.40", "text": …, "reference": …, "day": …, "status": …}``
- ``settle``: ``{"account": …}``: what is pending is booked
- ``share``: ``{"accounts": […]}``: what the next consent names
- ``fail``: ``{"call": "transactions", "status": 408, "error": "ASPSP_TIMEOUT"}``, and ``mend``
"""

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Protocol

from local.sources.bank import BOOKED, Bank, BankClock, Booking, FollowedClock
from local.sources.bank_visits import Asking
from tidemark.domain.moments import parse

type Json = dict[str, Any]


class Fails(Protocol):
    """What says which calls fail."""

    fails: dict[str, tuple[int, str]]


class Controlled(Protocol):
    """A server that can be controlled."""

    bank: Bank
    asking: Asking

    @property
    def behaviour(self) -> Fails:
        """Give how it treats its caller."""

    def end_sessions(self, status: str) -> None:
        """End all consents."""


def control(source: Controlled, word: str, body: bytes) -> Json:
    """Do what is wanted, and give the bank's time. Raises KeyError where there is no such word."""
    _WORDS[word](source, json.loads(body or b"{}"))
    return {"now": source.bank.clock.now().isoformat()}


def _clock(source: Controlled, told: Json) -> None:
    """Move the bank's clock, or have it follow another one."""
    if "follow" in told:
        source.bank.clock = FollowedClock(told["follow"])
    if "now" in told:
        source.bank.clock = BankClock(parse(told["now"]))
    if "advance_seconds" in told:
        source.bank.clock.advance(timedelta(seconds=told["advance_seconds"]))


def _require(source: Controlled, told: Json) -> None:
    """Have the bank ask for something."""
    source.asking.require(told["kind"], told.get("otp", "123456"))


def _add(source: Controlled, told: Json) -> None:
    """Book something."""
    day = date.fromisoformat(told["day"]) if "day" in told else source.bank.today()
    booking = Booking(
        day,
        Decimal(told["amount"]),
        told.get("text", "Booked by hand"),
        told.get("party", "Somebody"),
        told.get("reference"),
        told.get("status", BOOKED),
    )
    source.bank.add(told["account"], booking)


def _fail(source: Controlled, told: Json) -> None:
    """Let a call fail from now on."""
    source.behaviour.fails[told["call"]] = told["status"], told["error"]


_WORDS: dict[str, Callable[[Controlled, Json], None]] = {
    "clock": _clock,
    "require": _require,
    "confirm": lambda source, _: source.asking.confirm(),
    "end_sessions": lambda source, told: source.end_sessions(told["status"]),
    "add": _add,
    "settle": lambda source, told: source.bank.settle(told["account"]),
    "share": lambda source, told: source.bank.share(*told["accounts"]),
    "fail": _fail,
    "mend": lambda source, _: source.behaviour.fails.clear(),
}
