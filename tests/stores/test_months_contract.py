"""What every keeper of month buckets does."""

from decimal import Decimal

from tests.stores.made import KEY, OTHER
from tests.stores.stores import Stores
from tidemark.domain.months import Month

JUNE = "2025-06"


def test_entering_and_leaving_raise_the_version(stores: Stores) -> None:
    """A bucket is clean only when its sums are of this version and nobody writes."""
    stores.months.enter(KEY, [JUNE, "2025-07"], "w1")

    assert stores.months.read_one(KEY, JUNE) == Month(JUNE, 1, frozenset({"w1"}))
    assert stores.months.store(KEY, Month(JUNE, 1, totals={"BTC": Decimal("1.5")}))
    assert not stores.months.read_one(KEY, JUNE).clean
    stores.months.leave(KEY, [JUNE], "w1")
    assert not stores.months.read_one(KEY, JUNE).clean
    assert stores.months.store(KEY, Month(JUNE, 2, totals={"BTC": Decimal("1.5")}))
    june = stores.months.read_one(KEY, JUNE)
    assert june.clean
    assert june.totals == {"BTC": Decimal("1.5")}


def test_totals_of_another_version_are_not_stored(stores: Stores) -> None:
    """Who added up while somebody entered or left has to add up again."""
    stores.months.enter(KEY, [JUNE], "w1")
    stores.months.leave(KEY, [JUNE], "w1")

    assert not stores.months.store(KEY, Month(JUNE, 1, totals={"BTC": Decimal(9)}))
    assert stores.months.read_one(KEY, JUNE) == Month(JUNE, 2)


def test_a_month_that_nobody_wrote_has_version_zero(stores: Stores) -> None:
    """Its empty sums may be stored, until somebody enters."""
    assert stores.months.read_one(KEY, JUNE) == Month(JUNE)
    assert stores.months.store(KEY, Month(JUNE))
    assert stores.months.read_one(KEY, JUNE).clean
    stores.months.enter(KEY, [JUNE], "w1")
    assert not stores.months.store(KEY, Month(JUNE))
    assert not stores.months.read_one(KEY, JUNE).clean


def test_reads_all_months_in_order(stores: Stores) -> None:
    """Months of one integration, and of no other."""
    stores.months.enter(KEY, ["2025-07", "2009-01", JUNE], "w1")
    stores.months.enter(OTHER, ["2024-01"], "w1")

    assert [month.month for month in stores.months.read(KEY)] == ["2009-01", JUNE, "2025-07"]


def test_drops_dead_writers(stores: Stores) -> None:
    """Several at once, in one step; dropping nobody is nothing."""
    for writer in ("w1", "w2", "w3"):
        stores.months.enter(KEY, [JUNE], writer)

    stores.months.drop(KEY, JUNE, [])
    assert stores.months.read_one(KEY, JUNE).version == 3
    stores.months.drop(KEY, JUNE, ["w1", "w3", "w9"])

    assert stores.months.read_one(KEY, JUNE) == Month(JUNE, 4, frozenset({"w2"}))
    stores.months.drop(KEY, JUNE, {"w2"})
    assert stores.months.read_one(KEY, JUNE) == Month(JUNE, 5)


def test_erases_all_months(stores: Stores) -> None:
    """Nothing is left of one integration; the other keeps its own."""
    stores.months.enter(KEY, [f"20{n:02}-01" for n in range(40)], "w1")
    stores.months.enter(OTHER, [JUNE], "w1")

    stores.months.erase(KEY)

    assert stores.months.read(KEY) == []
    assert len(stores.months.read(OTHER)) == 1
