"""Reference rates of the European Central Bank (ecb.europa.eu: eurofxref-hist-90d.xml, -hist.xml).

One euro in other currencies, on working days, published at about 16:00 CET. A day without rates
(weekend, TARGET holiday) has those of the last day before it. Other pairs are crossed by the euro.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from tidemark.connector_kit.price_source import Means, PublicPrices, price
from tidemark.domain.pages import RateBudget
from tidemark.domain.prices import FIAT, Pair, Quote, day_of, ratio, settled_at
from tidemark.errors import SourceGarbage

_FOLDER = "/stats/eurofxref"
_RECENT = timedelta(days=80)
_KEPT = timedelta(hours=1)
_WITHOUT = timedelta(days=7)
"""So long there may be no rates: no run of holidays is longer."""

_DAY = re.compile(
    r"""<Cube time=["'](\d{4}-\d\d-\d\d)["']>(.*?)</Cube>\s*(?=<Cube time|</Cube>)""", re.DOTALL
)
_RATE = re.compile(r"""<Cube currency=["']([A-Z]{3})["'] rate=["']([^"']*)["']\s*/>""")
_EURO, _SATURDAY = "EUR", 5

type Rates = Mapping[date, Mapping[str, str]]


class EcbPrices(PublicPrices):
    """Rates between currencies; files that were read are kept for an hour."""

    name = "ecb"
    base_url = "https://www.ecb.europa.eu"
    budget = RateBudget(6, 0.1)

    def __init__(self, means: Means) -> None:
        """Start without files."""
        super().__init__(means)
        self._files: dict[str, tuple[datetime, Rates]] = {}

    def knows(self, pair: Pair) -> bool:
        """Tell whether both are currencies."""
        return {pair.asset, pair.quote} <= FIAT

    def closes(self, pair: Pair, days: Sequence[date]) -> Mapping[date, Decimal | None]:
        """Give the rates of days that are over, or that they have from before."""
        rates = self._since(days[0])
        over = [day for day in days if settled_at(day) <= self.clock.now()]
        known = {day: valid for day in over if (valid := _valid(rates, day))}
        found: dict[date, Decimal | None] = {d: _cross(rates[v], pair) for d, v in known.items()}
        ended = max(rates) - _WITHOUT
        return found | {day: None for day in over if day not in known and day < ended}

    def spot(self, pairs: Collection[Pair]) -> Mapping[Pair, Quote]:
        """Give the newest rates, as of the beginning of their day."""
        rates = self._since(day_of(self.clock.now()))
        day = max(rates)
        at = datetime.combine(day, time(), UTC)
        crossed = {pair: _cross(rates[day], pair) for pair in pairs}
        return {pair: Quote(rate, at, self.name) for pair, rate in crossed.items() if rate}

    def _since(self, first: date) -> Rates:
        """Give rates from some days before a day on: from the short file if it reaches back."""
        recent = day_of(self.clock.now()) - first < _RECENT
        return self._file("eurofxref-hist-90d.xml" if recent else "eurofxref-hist.xml")

    def _file(self, name: str) -> Rates:
        """Read a file, unless that was done just now."""
        now = self.clock.now()
        read_at, rates = self._files.get(name, (now - 2 * _KEPT, {}))
        if not now - _KEPT < read_at <= now:
            rates = _rates(self.asked(lambda: self.http.text(f"{_FOLDER}/{name}")))
            self._files[name] = now, rates
        return rates


def _rates(text: str) -> Rates:
    """Read a file. Raises SourceGarbage when there are no rates in it."""
    days = {
        date.fromisoformat(day): dict(_RATE.findall(inside)) for day, inside in _DAY.findall(text)
    }
    if not days or not all(days.values()):
        raise SourceGarbage("The source's answer has no rates.")
    return days


def _valid(rates: Rates, day: date) -> date | None:
    """Give the day whose rates a day has; None when they may still be published."""
    before = [
        each for each in (day - timedelta(days=n) for n in range(_WITHOUT.days)) if each in rates
    ]
    if not before:
        return None
    last = before[0]
    waits = max(rates) < day and any(
        _works(last + timedelta(n)) for n in range(1, (day - last).days + 1)
    )
    return None if waits else last


def _works(day: date) -> bool:
    """Tell whether banks may work on a day."""
    return day.weekday() < _SATURDAY


def _cross(rates: Mapping[str, str], pair: Pair) -> Decimal | None:
    """Give what one unit of a currency is in another one; None where one has no rate."""
    known = {name: rates.get(name) for name in pair} | {_EURO: "1"}
    if "N/A" in known.values() or None in known.values():
        return None
    return ratio(price(known[pair.quote]), price(known[pair.asset]))
