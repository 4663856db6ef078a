"""The source that reads a file."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.fakes import FakeClock
from tidemark.connector_kit.price_source import Means, open_sources
from tidemark.domain.prices import Pair, PriceSource, Quote
from tidemark.errors import SourceError, SourceGarbage, SourceUnavailable

NOON = datetime(2026, 1, 3, 12, tzinfo=UTC)
BTC = Pair("BTC", "EUR")


def offline(file: Path | None, now: datetime = NOON) -> PriceSource:
    """Open the source over a file."""
    return open_sources("tidemark.prices", ["offline"], Means(FakeClock(now), file=file))[0]


def told(folder: Path, prices: object) -> Path:
    """Write a file."""
    path = folder / "prices.json"
    path.write_text(json.dumps(prices))
    return path


def test_a_date_is_a_close_and_so_is_the_last_moment_of_a_day(tmp_path: Path) -> None:
    """A date goes before; a day that is not over has none yet."""
    moments = {"2026-01-01T10:00:00Z": "1", "2026-01-01T22:00:00+00:00": "2"}
    file = told(tmp_path, {"BTC/EUR": {**moments, "2026-01-02": "3", "2026-01-02T23:00:00Z": "4"}})
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)]
    assert offline(file).closes(BTC, days) == {
        days[0]: None,
        days[1]: Decimal(2),
        days[2]: Decimal(3),
    }


def test_the_newest_moment_is_the_price_of_now(tmp_path: Path) -> None:
    """One that is still to come is not, nor one that is days old."""
    hour = {"2026-01-03T11:00:00Z": "7", "2026-01-03T13:00:00Z": "8", "2026-01-03": "6"}
    file = told(tmp_path, {"BTC/EUR": hour, "ETH/EUR": {"2025-12-31": "9"}})
    found = offline(file).spot([BTC, Pair("ETH", "EUR"), Pair("DOT", "EUR")])
    assert found == {BTC: Quote(Decimal(7), NOON - timedelta(hours=1), "offline")}


def test_what_is_written_is_seen_at_once(tmp_path: Path) -> None:
    """The file is read each time."""
    source = offline(told(tmp_path, {}))
    assert source.spot([BTC]) == {}
    told(tmp_path, {"BTC/EUR": {"2026-01-03": "6"}})
    assert source.spot([BTC])[BTC].price == 6


@pytest.mark.parametrize(
    ("text", "kind"), [("{", SourceGarbage), ('{"BTC/EUR": {"2026-01-02": "0"}}', SourceGarbage)]
)
def test_a_bad_file_is_refused(tmp_path: Path, text: str, kind: type[SourceError]) -> None:
    """No JSON, or a price of nothing."""
    (tmp_path / "prices.json").write_text(text)
    with pytest.raises(kind):
        offline(tmp_path / "prices.json").closes(BTC, [date(2026, 1, 2)])


def test_without_a_file_there_are_no_prices(tmp_path: Path) -> None:
    """One that is named has to be there."""
    assert offline(None).spot([BTC]) == {}
    with pytest.raises(SourceUnavailable):
        offline(tmp_path / "gone").spot([BTC])
