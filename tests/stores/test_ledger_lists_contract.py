"""How every ledger lists its transactions, and what counts of them."""

from dataclasses import replace
from decimal import Decimal

from tests.stores.made import KEY, OTHER, at, row
from tests.stores.stores import Stores
from tidemark.domain.pages import Window
from tidemark.domain.ports import Place
from tidemark.domain.transactions import State, Transaction


def listed(transaction: Transaction) -> Transaction:
    """Give a transaction as lists have it."""
    return replace(transaction, raw=None, details={})


def test_lists_in_both_directions(stores: Stores) -> None:
    """By time, ties by id; ``since`` counts, ``until`` does not."""
    rows = [row("B", 10), row("A", 10), row("C", 5), row("D", 20), row("E", 1)]
    stores.ledger.add(KEY, rows)
    window = Window(at(5), at(20))

    newest = list(stores.ledger.newest_first(KEY, window, None))
    oldest = list(stores.ledger.oldest_first(KEY, window, None))

    assert [each.id for each in newest] == ["B", "A", "C"]
    assert newest == oldest[::-1]
    assert oldest[0] == listed(row("C", 5))
    everything = stores.ledger.newest_first(KEY, Window(None, at(21)), None)
    assert [each.id for each in everything] == ["D", "B", "A", "C", "E"]


def test_goes_on_from_a_place(stores: Stores) -> None:
    """A list can be read on after any of its rows, even one that is gone."""
    stores.ledger.add(KEY, [row(name, n // 3) for n, name in enumerate("ABCDEFGH")])
    window = Window(None, at(99))

    for n, name in enumerate("ABCDEFGH"):
        place = Place(at(n // 3), name)
        after = [each.id for each in stores.ledger.oldest_first(KEY, window, place)]
        before = [each.id for each in stores.ledger.newest_first(KEY, window, place)]
        assert after == list("ABCDEFGH"[n + 1 :])
        assert before == list("ABCDEFGH"[:n][::-1])
    between = Place(at(1), "EE")
    assert [e.id for e in stores.ledger.oldest_first(KEY, window, between)] == list("FGH")


def test_a_place_does_not_widen_the_window(stores: Stores) -> None:
    """A place outside the window changes nothing but where to begin."""
    stores.ledger.add(KEY, [row(name, n) for n, name in enumerate("ABCDEF")])
    window = Window(at(2), at(4))

    oldest = stores.ledger.oldest_first(KEY, window, Place(at(0), "A"))
    newest = stores.ledger.newest_first(KEY, window, Place(at(9), "Z"))

    assert [each.id for each in oldest] == ["C", "D"]
    assert [each.id for each in newest] == ["D", "C"]


def test_lists_more_than_one_page(stores: Stores) -> None:
    """A burst in one second is listed whole and in order."""
    stores.ledger.add(KEY, [row(f"T{n:03}", 7) for n in range(230)])

    ids = [each.id for each in stores.ledger.newest_first(KEY, Window(None, at(8)), None)]

    assert ids == [f"T{n:03}" for n in reversed(range(230))]


def test_gives_the_amounts_that_count(stores: Stores) -> None:
    """Those of active transactions in the window, exactly as they were told."""
    one = row("A", 10)
    two = replace(row("B", 15), legs=(*one.legs, one.legs[0]._replace(asset="EUR", id="2")))
    excluded = replace(row("C", 12), state=State.EXCLUDED)
    stores.ledger.add(KEY, [one, two, excluded, row("D", 13).tombstone(), row("E", 20)])

    amounts = list(stores.ledger.amounts(KEY, Window(at(10), at(20))))

    assert amounts == [("BTC", Decimal("1.50"))] * 2 + [("EUR", Decimal("1.50"))]
    assert list(stores.ledger.amounts(OTHER, Window(None, at(99)))) == []
