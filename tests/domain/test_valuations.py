"""What transactions were worth, case by case."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tidemark.domain.facts import Facts, Worth
from tidemark.domain.legs import Kind, Leg, Role
from tidemark.domain.prices import Close
from tidemark.domain.sheets import TRIES, Wanted
from tidemark.domain.valuations import Valuation, ValueStatus, needed, value

AT = datetime(2025, 3, 4, 23, 59, tzinfo=UTC)
TODAY = date(2025, 6, 1)
CLOSES = {"BTC": "90000", "ETH": "2000.50", "USD": "0.92", "GBP": "1.20", "BNB": "600"}
SOON, NEVER = Wanted(0, AT), Wanted(TRIES, AT)


def facts(*legs: str, at: datetime = AT, worth: Worth | None = None) -> Facts:
    """Make facts of legs such as ``-24.50 EUR`` or ``-0.05 EUR fee``."""
    made = []
    for number, text in enumerate(legs):
        amount, asset, *fee = text.split()
        role = Role.FEE if fee else Role.PRINCIPAL
        made.append(Leg(str(number), asset, Decimal(amount), role, asset, Kind.TRADE))
    return Facts(at, Kind.TRADE, tuple(made), None, None, worth)


def known(asset: str, day: date) -> Close | Wanted | None:
    """Give a close of the day; OLD has none, NEW may still get one."""
    assert day == date(2025, 3, 4)
    if asset in CLOSES:
        return Close(Decimal(CLOSES[asset]), "ecb" if asset in {"USD", "GBP"} else "kraken")
    return {"OLD": NEVER, "NEW": SOON}.get(asset)


def shown(made: Facts, quote: str = "EUR") -> tuple[str, str | None, str | None, str | None]:
    """Give status, amount, price and source."""
    found = value(made, quote, TODAY, known)
    assert found.currency == quote
    amount, price = (
        None if n is None else f"{n.normalize():f}" for n in (found.amount, found.price)
    )
    return found.status.value, amount, price, found.source


@pytest.mark.parametrize(
    ("legs", "expected"),
    [
        (["-24.5000 EUR", "0.001 BTC", "-0.0490 EUR fee"], ("exact", "24.5", "24500", "fiat_leg")),
        (["-0.5 BTC", "45123.45 EUR", "-10 EUR fee"], ("exact", "45123.45", "90246.9", "fiat_leg")),
        (["-100 EUR", "92 USD"], ("exact", "100", "1.086956521739130434782608696", "fiat_leg")),
        (["1000.10 EUR"], ("exact", "1000.1", None, "fiat_leg")),
        (["-5 EUR fee"], ("exact", "5", None, "fiat_leg")),
        (["-100 USD", "0.001 BTC"], ("derived", "92", "92000", "ecb")),
        (["-100 USD", "84 GBP"], ("derived", "92", "1.095238095238095238095238095", "ecb")),
        (["250 USD"], ("derived", "230", "0.92", "ecb")),
        (["-0.1 BTC", "4 ETH", "-0.001 BTC fee"], ("derived", "9000", "90000", "kraken")),
        (["0.25 BTC"], ("derived", "22500", "90000", "kraken")),
        (["-0.25 BTC"], ("derived", "22500", "90000", "kraken")),
        (["-0.01 BNB fee"], ("derived", "6", "600", "kraken")),
        (["-1 ETH", "-0.1 BTC", "1 LP"], ("derived", "11000.5", None, "kraken")),
        (["-7 OLD", "0.1 BTC"], ("derived", "9000", "90000", "kraken")),
        (["-7 NEW", "0.1 BTC"], ("pending", None, None, None)),
        (["-7 OLD", "3 OLD"], ("missing", None, None, None)),
        (["7 OLD"], ("missing", None, None, None)),
        (["7 XYZ"], ("pending", None, None, None)),
        (["-7 OLD", "-1 NEW", "1 LP"], ("pending", None, None, None)),
        (["0.1 BTC", "0.2 BTC", "-0.3 BTC"], ("derived", "27000", "90000", "kraken")),
    ],
)
def test_values(legs: list[str], expected: tuple[str, ...]) -> None:
    """Fiat tells first, then what was sent, then what was received; a fee only where it is all."""
    assert shown(facts(*legs)) == expected


def test_the_currency_is_the_owners() -> None:
    """What is exact in one is derived in another."""
    trade = facts("-100 USD", "0.001 BTC")
    assert shown(trade, "USD") == ("exact", "100", "100000", "fiat_leg")
    assert needed(trade, "USD") == frozenset()
    assert needed(trade, "EUR") == {"USD"}


@pytest.mark.parametrize("days", [0, 3])
def test_today_has_no_closes(days: int) -> None:
    """Nor has a day to come; only what needs no price has a value."""
    at = datetime(2025, 6, 1, 1, tzinfo=UTC) + timedelta(days=days)
    assert shown(facts("0.1 BTC", at=at)) == ("pending", None, None, None)
    assert shown(facts("-9 EUR", "0.1 BTC", at=at))[0] == "exact"


def test_what_the_owner_says_stays() -> None:
    """Whatever closes are known, in whatever currency it was said."""
    said = facts("0.1 BTC", worth=Worth(Decimal("1.50"), "CHF"))
    assert value(said, "EUR", TODAY, known) == Valuation(
        ValueStatus.MANUAL, "CHF", Decimal("1.50"), source="owner"
    )
    assert needed(said, "EUR") == frozenset()


@pytest.mark.parametrize(
    ("legs", "assets"),
    [
        (["-1 BTC", "20 ETH", "-1 BNB fee"], {"BTC", "ETH"}),
        (["-24.5 EUR", "1 BTC", "-1 BNB fee"], set()),
        (["-24.5 USD", "30 GBP"], {"USD", "GBP"}),
        (["-1 BNB fee"], {"BNB"}),
        ([], set()),
    ],
)
def test_only_what_may_tell_the_value_is_needed(legs: list[str], assets: set[str]) -> None:
    """No close is asked for beside."""
    assert needed(facts(*legs), "EUR") == assets


@pytest.mark.parametrize("legs", [[], ["0.00 EUR"], ["0 XYZ"], ["-0 OLD", "0 OLD fee"]])
def test_what_moves_nothing_is_worth_nothing(legs: list[str]) -> None:
    """Whatever a price would be: it waits for none, and nothing is missing."""
    assert shown(facts(*legs)) == ("exact", "0", None, "nothing")
    assert needed(facts(*legs), "EUR") == frozenset()
    assert shown(facts(*legs, at=datetime(2025, 6, 1, tzinfo=UTC)))[0] == "exact"


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2025-03-04T00:00:00.000000+00:00", date(2025, 3, 4)),
        ("2025-03-04T23:59:59.999999+00:00", date(2025, 3, 4)),
        ("2025-03-05T00:00:00.000000+00:00", date(2025, 3, 5)),
        ("2025-03-05T00:30:00.000000+01:00", date(2025, 3, 4)),
    ],
)
def test_a_day_is_one_of_utc_to_its_last_instant(at: str, day: date) -> None:
    """The close of the day in which a moment lies counts, in whatever zone it is written."""
    asked: list[date] = []

    def close(_: str, day: date) -> Close:
        asked.append(day)
        return Close(Decimal(day.day), "x")

    found = value(facts("1 BTC", at=datetime.fromisoformat(at)), "EUR", TODAY, close)
    assert (asked, found.amount) == ([day], Decimal(day.day))


def test_no_digit_is_lost() -> None:
    """The largest amounts and the finest prices are multiplied exactly."""
    amount = "9" * 78 + "." + "9" * 36
    found = value(facts(f"{amount} BTC"), "EUR", TODAY, lambda *_: Close(Decimal(amount), "x"))
    assert found.amount is not None
    assert len(found.amount.as_tuple().digits) == 228
