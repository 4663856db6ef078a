"""What every keeper of prices does."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.stores.made import KEY as INTEGRATION
from tests.stores.made import NOW
from tests.stores.stores import Stores
from tidemark.domain.months import Month
from tidemark.domain.prices import Close, Pair, Quote
from tidemark.domain.sheets import Sheet, SheetKey, Wanted
from tidemark.errors import StaleVersion

BTC, ETH = Pair("BTC", "EUR"), Pair("ETH", "EUR")
KEY = SheetKey(BTC, f"{NOW:%Y-%m}")
HOUR = timedelta(hours=1)
CLOSE = Close(Decimal("57321.50"), "kraken+ecb")


def quote(price: str, ago: timedelta = timedelta(0)) -> Quote:
    """Make a quote."""
    return Quote(Decimal(price), NOW - ago, "kraken")


def test_a_sheet_is_kept_with_all_its_digits(stores: Stores) -> None:
    """Known and wanted days; what is not there is not given."""
    sheet = Sheet(KEY, {1: CLOSE, 31: Wanted(2, NOW, 3)})
    assert stores.sheets.write(sheet).version == 1
    other = SheetKey(Pair("A#B", "USD"), "2020-01")
    stores.sheets.write(Sheet(other, {2: CLOSE}))
    found = stores.sheets.read([KEY, other, SheetKey(ETH, KEY.month)])
    assert found == {KEY: Sheet(KEY, sheet.days, 1), other: Sheet(other, {2: CLOSE}, 1)}


def test_many_sheets_are_read_at_once(stores: Stores) -> None:
    """As many as a page of transactions may take."""
    keys = [SheetKey(BTC, f"{year}-01") for year in range(1900, 2050)]
    for key in keys[:120]:
        stores.sheets.write(Sheet(key, {1: CLOSE}))
    assert len(stores.sheets.read(keys)) == 120
    assert stores.sheets.read([]) == {}


def test_a_sheet_that_somebody_else_changed_is_not_written(stores: Stores) -> None:
    """What was found out meanwhile is not lost."""
    first = stores.sheets.write(Sheet(KEY, {1: Wanted(0, NOW)}))
    stores.sheets.write(first)
    for stale in (first, Sheet(KEY)):
        with pytest.raises(StaleVersion):
            stores.sheets.write(stale)


def test_what_is_due_is_found_in_order_and_what_is_done_is_not(stores: Stores) -> None:
    """Sheets on which everything is known are out of the way."""
    waits = {"2020-01": -HOUR, "2020-02": -2 * HOUR, "2020-03": HOUR}
    for month, wait in waits.items():
        stores.sheets.write(Sheet(SheetKey(BTC, month), {1: Wanted(0, NOW + wait)}))
    stores.sheets.write(Sheet(SheetKey(BTC, "2020-04"), {1: CLOSE}))
    assert [key.month for key in stores.sheets.due(NOW, 9)] == ["2020-02", "2020-01"]
    assert [key.month for key in stores.sheets.due(NOW, 1)] == ["2020-02"]
    done = stores.sheets.read([SheetKey(BTC, "2020-02")])[SheetKey(BTC, "2020-02")]
    stores.sheets.write(done.answered({date(2020, 2, 1): CLOSE}, [], [date(2020, 2, 1)], NOW))
    assert [key.month for key in stores.sheets.due(NOW, 9)] == ["2020-01"]


def test_the_newest_quote_is_given_whatever_order_they_come_in(stores: Stores) -> None:
    """One that comes late is older all the same."""
    stores.quotes.put({BTC: quote("2", HOUR), ETH: quote("5", 2 * HOUR)})
    stores.quotes.put({BTC: quote("1", 2 * HOUR)})
    stores.quotes.put({})
    assert stores.quotes.newest(BTC, NOW) == quote("2", HOUR)
    assert stores.quotes.newest(BTC, NOW - HOUR - HOUR) == quote("1", 2 * HOUR)
    assert stores.quotes.newest(Pair("BTC", "USD"), NOW) is None


def test_a_quote_ends(stores: Stores) -> None:
    """Even if the database has not removed it yet."""
    stores.quotes.put({BTC: quote("2")})
    assert stores.quotes.newest(BTC, NOW + timedelta(hours=47)) == quote("2")
    assert stores.quotes.newest(BTC, NOW + timedelta(hours=49)) is None


def test_held_pairs_are_noted_for_a_time(stores: Stores) -> None:
    """They may be noted again."""
    stores.quotes.hold([BTC, ETH], NOW + HOUR)
    stores.quotes.hold([ETH], NOW + 3 * HOUR)
    assert stores.quotes.held(NOW) == {BTC: NOW + HOUR, ETH: NOW + 3 * HOUR}
    assert stores.quotes.held(NOW + 2 * HOUR) == {ETH: NOW + 3 * HOUR}


def test_a_month_is_noted_as_valued_in_a_currency_and_version(stores: Stores) -> None:
    """The next writer, or another currency, has it looked at again; no version is raised by it."""
    month = "2025-06"
    stores.months.enter(INTEGRATION, [month], "w")
    during = stores.months.read_one(INTEGRATION, month)
    stores.months.note_valued(INTEGRATION, during, "EUR")
    assert not stores.months.read_one(INTEGRATION, month).is_valued("EUR")
    stores.months.leave(INTEGRATION, [month], "w")
    after = stores.months.read_one(INTEGRATION, month)
    assert not after.is_valued("EUR")
    stores.months.store(INTEGRATION, Month(month, after.version, totals={"BTC": Decimal(1)}))
    stores.months.note_valued(INTEGRATION, after, "EUR")
    noted = stores.months.read_one(INTEGRATION, month)
    assert (noted.version, noted.clean) == (after.version, True)
    assert (noted.is_valued("EUR"), noted.is_valued("USD")) == (True, False)


def test_a_month_that_is_gone_is_not_made_again(stores: Stores) -> None:
    """Its integration was deleted meanwhile."""
    stores.months.note_valued(INTEGRATION, Month("2025-06", 3), "EUR")
    assert stores.months.read(INTEGRATION) == []
