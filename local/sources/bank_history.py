"""A made-up life with three accounts, the same for the same seed and day.

Some rows of the first account have no reference, and some of those are true twins: same day,
amount and text. The second tells no balances behind its rows; the third is in another currency.
"""

import random
from datetime import date, timedelta
from decimal import Decimal

from local.sources.bank import BOOKED, PENDING, Bank, BankAccount, BankClock, Booking

GIRO, SAVINGS, DOLLARS = "hash-giro", "hash-savings", "hash-dollars"
"""What stays the same of an account, whatever consent it is read by."""

_SHOPS = ("Bäckerei Schmidt", "REWE Markt", "Deutsche Bahn", "Café Einstein", "Stadtwerke")
_CENT = Decimal("0.01")


def made_up_bank(
    clock: BankClock | None = None, *, seed: int = 1, days: int = 400, per_day: int = 1
) -> Bank:
    """Make up a bank whose accounts were opened so many days ago."""
    clock = clock or BankClock()
    today, chance = clock.now().date(), random.Random(seed)
    first = today - timedelta(days=days)
    accounts = (
        BankAccount(GIRO, "Girokonto", "DE02120300000000202051", "EUR", tells_balances=True),
        BankAccount(SAVINGS, "Tagesgeld", "DE02500105170137075030", "EUR", balance_type="ITBD"),
        BankAccount(
            DOLLARS, "Dollar account", "DE02100500000054540402", "USD", tells_balances=True
        ),
    )
    accounts[0].bookings += _giro(chance, first, today, per_day)
    accounts[1].bookings += _savings(first, today)
    accounts[2].bookings += _dollars(chance, first, today)
    return Bank(accounts, clock)


def _giro(chance: random.Random, first: date, today: date, per_day: int) -> list[Booking]:
    """Earn, spend, drink two coffees at the same price, and have something pending."""
    rows = []
    for day in _days(first, today, 1):
        if day.day == 1:
            rows.append(Booking(day, Decimal("3100.00"), "Gehalt", "Muster GmbH", f"SAL{day:%y%m}"))
        for number in range(per_day):
            shop, amount = chance.choice(_SHOPS), _amount(chance, 90)
            reference = f"G{day:%y%m%d}{number}" if chance.random() < 0.8 else None  # noqa: PLR2004
            rows.append(Booking(day, -amount, f"Karte {shop}", shop, reference))
        if day.toordinal() % 9 == 0:
            rows += [Booking(day, Decimal("-3.40"), "Kaffee", "Café Einstein")] * 2
    rows.append(Booking(today, Decimal("-18.90"), "Vorgemerkt", "REWE Markt", None, PENDING))
    return rows


def _savings(first: date, today: date) -> list[Booking]:
    """Save something each month, and be paid interest."""
    rows = []
    for day in _days(first, today, 30):
        rows.append(Booking(day, Decimal("250.00"), "Sparplan", "Eigenes Konto"))
        rows.append(Booking(day, Decimal("0.43"), "Zinsen", "Bank", f"INT{day:%y%m%d}"))
    return rows


def _dollars(chance: random.Random, first: date, today: date) -> list[Booking]:
    """Be paid in dollars now and then."""
    return [
        Booking(day, _amount(chance, 900), "Invoice", "ACME Inc.", f"D{day:%y%m%d}", BOOKED)
        for day in _days(first, today, 21)
    ]


def _days(first: date, today: date, step: int) -> list[date]:
    """Go through the days in steps."""
    return [first + timedelta(days=n) for n in range(0, (today - first).days + 1, step)]


def _amount(chance: random.Random, most: int) -> Decimal:
    """Make up an amount."""
    return (Decimal(chance.randrange(50, most * 100)) * _CENT).quantize(_CENT)
