"""A made-up bank: its clock, its accounts, and what is booked on them.

Both aggregators on this machine (``enable_banking``, ``gocardless``) read this one.
"""

import json
import threading
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http.client import HTTPConnection
from typing import NamedTuple
from urllib.parse import urlsplit

from tidemark.domain.moments import parse

BOOKED, PENDING = "BOOK", "PDNG"


class BankClock:
    """The bank's own clock: it runs, or stands still, and can be moved."""

    def __init__(self, start: datetime | None = None, *, still: bool = False) -> None:
        """Begin at a moment (UTC), by default the present one."""
        self._still = still
        self._at = start or datetime.now(UTC)
        self._set = datetime.now(UTC)

    def now(self) -> datetime:
        """Give the bank's time."""
        return self._at if self._still else self._at + (datetime.now(UTC) - self._set)

    def advance(self, by: timedelta) -> None:
        """Move it on."""
        self.set(self.now() + by)

    def set(self, to: datetime) -> None:
        """Move it to a moment."""
        self._at, self._set = to, datetime.now(UTC)


class FollowedClock(BankClock):
    """Shows what the clock of a local server shows, also while that is moved on."""

    def __init__(self, api: str) -> None:
        """Follow the server whose API is at a base URL."""
        super().__init__()
        self._server = urlsplit(api).netloc

    def now(self) -> datetime:
        """Ask for the time."""
        with closing(HTTPConnection(self._server)) as connection:
            connection.request("GET", "/_local/clock")
            return parse(json.load(connection.getresponse())["now"])

    def set(self, to: datetime) -> None:
        """Refuse: it follows."""
        raise ValueError(f"the clock follows another one, it cannot be set to {to}")


class Booking(NamedTuple):
    """A row of an account; ``amount`` is signed. Without ``reference`` the bank names no id."""

    day: date
    amount: Decimal
    text: str
    party: str = "Somebody"
    reference: str | None = None
    status: str = BOOKED


class Placed(NamedTuple):
    """A booking with its place in the account, and the balance that it led to."""

    place: int
    booking: Booking
    balance: Decimal


@dataclass
class BankAccount:
    """An account. ``hash`` stays the same for ever; bookings are in the order they were made.

    ``tells_balances``: each row says what balance it led to. ``balance_type`` is the one balance
    of what is booked; there is always another, of what is available, which must not be used.
    """

    hash: str
    name: str
    iban: str
    currency: str
    bookings: list[Booking] = field(default_factory=list)
    tells_balances: bool = False
    balance_type: str = "CLBD"

    @property
    def booked(self) -> list[Booking]:
        """Give what counts."""
        return [each for each in self.bookings if each.status == BOOKED]

    @property
    def balance(self) -> Decimal:
        """Give what the booked rows add up to."""
        return sum((each.amount for each in self.booked), Decimal("0.00"))

    def newest_first(self) -> list[Placed]:
        """Give all rows, pending ones on top, with their balances."""
        placed, balance = [], Decimal("0.00")
        for place, booking in enumerate(self.bookings):
            balance += booking.amount if booking.status == BOOKED else 0
            placed.append(Placed(place, booking, balance))
        return sorted(placed, key=_order, reverse=True)


def _order(placed: Placed) -> tuple[bool, date, int]:
    """Sort by day, pending ones last."""
    return placed.booking.status != BOOKED, placed.booking.day, placed.place


class Bank:
    """The accounts of one customer. ``shared`` are those that the next consent will name."""

    def __init__(self, accounts: Iterable[BankAccount], clock: BankClock | None = None) -> None:
        """Open the bank; all accounts are shared."""
        self.clock = clock or BankClock()
        self.accounts = {account.hash: account for account in accounts}
        self.shared = list(self.accounts)
        self.lock = threading.RLock()

    def share(self, *hashes: str) -> None:
        """Choose what the customer will share at the next consent."""
        self.shared = list(hashes)

    def add(self, account: str, *bookings: Booking) -> None:
        """Book something, in the order of days."""
        with self.lock:
            rows = self.accounts[account].bookings
            rows.extend(bookings)
            rows.sort(key=lambda booking: booking.day)

    def settle(self, account: str) -> None:
        """Book all that is pending, under another text and reference, as banks do."""
        with self.lock:
            rows = self.accounts[account].bookings
            rows[:] = [
                replace_booking(each, number) if each.status == PENDING else each
                for number, each in enumerate(rows)
            ]

    def today(self) -> date:
        """Give the bank's day."""
        return self.clock.now().date()

    def count(self) -> int:
        """Say how many transactions have to come out of what is shared."""
        return sum(len(self.accounts[each].booked) for each in self.shared)

    def balances(self) -> dict[str, Decimal]:
        """Say what the shared accounts hold per currency."""
        sums: dict[str, Decimal] = {}
        for account in map(self.accounts.__getitem__, self.shared):
            before = sums.get(account.currency, Decimal("0.00"))
            sums[account.currency] = before + account.balance
        return sums


def replace_booking(booking: Booking, number: int) -> Booking:
    """Give what a pending row becomes."""
    reference = booking.reference and f"{booking.reference}-{number}"
    return booking._replace(status=BOOKED, text=f"{booking.text} booked", reference=reference)
