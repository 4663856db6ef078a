"""Values hold whatever happens in whatever order."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import FakePrices
from tests.valued import Valued, day, leg, moment
from tests.world import KEY
from tidemark.domain.facts import Facts
from tidemark.domain.legs import Kind
from tidemark.domain.prices import Close, Pair, Quote
from tidemark.domain.valuations import ValueStatus, value

AMOUNTS = st.decimals(
    Decimal("-1e20"), Decimal("1e20"), allow_nan=False, allow_infinity=False, places=18
).filter(bool)
PRICES = st.decimals(Decimal("1e-9"), Decimal("1e9"), allow_nan=False, places=9)
EVENTS = st.lists(
    st.sampled_from(["quote", "run", "due", "close", "fail", "mend", "hour", "day", "price"]),
    max_size=12,
)


@given(AMOUNTS, AMOUNTS, PRICES)
def test_a_value_is_the_exact_product_and_a_fiat_leg_the_exact_value(
    amount: Decimal, euros: Decimal, price: Decimal
) -> None:
    """No digit is lost or made up."""
    at = moment(3)
    plain = Facts(at, Kind.TRADE, (leg(f"{amount:f}", "BTC"),), None, None)
    found = value(plain, "EUR", day(4), lambda *_: Close(price, "x"))
    assert found.amount is not None
    top, bottom = amount.as_integer_ratio(), price.as_integer_ratio()
    got = found.amount.as_integer_ratio()
    assert got[0] * top[1] * bottom[1] == abs(top[0]) * bottom[0] * got[1]
    paid = euros.copy_sign(-amount)
    fiat = plain._replace(legs=(leg(f"{paid:f}", "EUR"), leg(f"{amount:f}", "BTC")))
    exact = value(fiat, "EUR", day(4), lambda *_: Close(price, "x"))
    assert (exact.status, exact.amount) == (ValueStatus.EXACT, euros.copy_abs())


@given(EVENTS)
def test_a_past_day_never_gets_a_current_price(events: list[str]) -> None:
    """Its own close, or none; and once it is known it stays, whatever sources say later."""
    it = Valued(FakePrices(now={"BTC": Quote(Decimal(666), moment(1, 6), "fake")}))
    it.enter("past", moment(3), leg("1", "BTC"))
    it.enter("today", moment(1, 6), leg("1", "BTC"))
    closes: dict[str, date] = {"past": day(3), "today": day(1, 6)}
    seen: dict[str, Decimal] = {}
    for number, event in enumerate(events):
        happen(it, event, number)
        for name, on in closes.items():
            found = it.value(name)
            if found.amount is not None:
                assert found.status is ValueStatus.DERIVED
                assert it.world.clock.now().date() > on
                assert seen.setdefault(name, found.amount) == found.amount
                assert found.amount != 666
            else:
                assert name not in seen


def happen(it: Valued, event: str, number: int) -> None:
    """Let something happen."""
    clock, prices = it.world.clock, it.prices
    if event == "quote":
        it.world.quotes.put({Pair("BTC", "EUR"): Quote(Decimal(666), clock.now(), "fake")})
    elif event == "price":
        it.reading.prices(["BTC"], "EUR", None if number % 2 else moment(3))
    elif event == "close":
        prices.days |= {("BTC", day(3)): str(100 + number), ("BTC", day(1, 6)): str(200 + number)}
    elif event in {"run", "due"}:
        it.running.integration(KEY, it.soon) if event == "run" else it.running.due(it.soon)
    elif event in {"fail", "mend"}:
        prices.up = event == "mend"
    else:
        clock.advance(timedelta(hours=1) if event == "hour" else timedelta(days=1))
