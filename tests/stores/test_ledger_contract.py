"""What every ledger does."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.stores.made import FOREIGN, KEY, OTHER, SECOND, at, reworded, row
from tests.stores.stores import Stores
from tidemark.domain.pages import Window
from tidemark.domain.transactions import Origin, State, known_of
from tidemark.errors import StaleVersion


def test_gives_back_all_that_was_added(stores: Stores) -> None:
    """What is added is there, with everything that belongs to it."""
    full = replace(reworded("T1"), revision=3)

    stores.ledger.add(KEY, [full, row("T2")])

    assert stores.ledger.get(KEY, "T1") == full
    assert stores.ledger.get(KEY, "T2") == row("T2")
    assert stores.ledger.get(KEY, "T3") is None


def test_keeps_partitions_apart(stores: Stores) -> None:
    """Nothing of one integration is seen in another, or by another owner."""
    stores.ledger.add(KEY, [row("T1")])

    for key in (OTHER, FOREIGN):
        assert stores.ledger.is_empty(key)
        assert stores.ledger.get(key, "T1") is None
        assert stores.ledger.known_between(key, at(-9), at(9)) == {}
        assert stores.ledger.known_by_id(key, ["T1"]) == {}
    assert not stores.ledger.is_empty(KEY)


def test_adds_more_than_one_batch(stores: Stores) -> None:
    """Sixty items take three batches, all of which arrive."""
    stores.ledger.add(KEY, [row(f"T{n:02}", n) for n in range(60)])

    assert len(stores.ledger.known_between(KEY, at(0), at(60))) == 60
    assert len(stores.ledger.known_by_id(KEY, [f"T{n:02}" for n in range(200)])) == 60


def test_refuses_an_id_named_twice(stores: Stores) -> None:
    """Nothing is written when a batch names an id twice."""
    with pytest.raises(ValueError, match="twice"):
        stores.ledger.add(KEY, [row("T1"), row("T2"), row("T1", 5)])

    assert stores.ledger.is_empty(KEY)


def test_adding_nothing_is_nothing(stores: Stores) -> None:
    """An empty page may be added, and nobody may be asked for."""
    stores.ledger.add(KEY, [])

    assert stores.ledger.is_empty(KEY)
    assert stores.ledger.known_by_id(KEY, []) == {}


def test_knows_a_time_range_with_both_ends(stores: Stores) -> None:
    """The range includes its ends, to the microsecond."""
    tick = timedelta(microseconds=1) / SECOND
    stores.ledger.add(KEY, [row("A", 10), row("B", 20), row("C", 20 + tick), row("D", 10 - tick)])

    known = stores.ledger.known_between(KEY, at(10), at(20))

    assert known == {name: known_of(row(name, n)).in_short for name, n in (("A", 10), ("B", 20))}
    assert stores.ledger.known_between(KEY, at(20), at(10)) == {}


def test_knows_tombstones_and_edits(stores: Stores) -> None:
    """A lookup tells the state of each item, and whether it was edited."""
    edited = replace(row("B"), overlay={"note": "mine"})
    stores.ledger.add(KEY, [row("A").tombstone(), edited])

    short = stores.ledger.known_between(KEY, at(0), at(0))
    known = stores.ledger.known_by_id(KEY, ["A", "B", "A", "gone"])

    assert known == {"A": known_of(row("A").tombstone()), "B": known_of(edited)}
    assert (known["A"].state, known["A"].legs, known["B"].edited) == ("deleted", "[]", True)
    assert short == {name: each.in_short for name, each in known.items()}


def test_replaces_the_expected_revision(stores: Stores) -> None:
    """The new revision is there with all its facts."""
    stores.ledger.add(KEY, [replace(row("A"), overlay={"note": "old"})])
    new = replace(row("A", 5), state=State.EXCLUDED, overlay=None, details={}, revision=2)

    stores.ledger.replace(KEY, new, expected=1)

    assert stores.ledger.get(KEY, "A") == new
    assert list(stores.ledger.known_between(KEY, at(5), at(5))) == ["A"]
    assert stores.ledger.known_between(KEY, at(0), at(0)) == {}


def test_replacing_without_raw_keeps_it(stores: Stores) -> None:
    """What was read without raw can be written back without losing it."""
    stores.ledger.add(KEY, [row("A")])
    light = stores.ledger.get_many(KEY, ["A"])["A"]

    stores.ledger.replace(KEY, replace(light, state=State.EXCLUDED, revision=2), expected=1)

    assert stores.ledger.get(KEY, "A") == replace(row("A"), state=State.EXCLUDED, revision=2)


def test_an_empty_record_is_none(stores: Stores) -> None:
    """There is no difference between no record and an empty one; giving one drops the old."""
    stores.ledger.add(KEY, [replace(row("A"), raw=""), row("B")])

    assert stores.ledger.get(KEY, "A") == replace(row("A"), raw=None)
    stores.ledger.replace(KEY, replace(row("B"), raw="", revision=2), expected=1)
    assert stores.ledger.get(KEY, "B") == replace(row("B"), raw=None, revision=2)


def test_a_tombstone_keeps_no_amounts(stores: Stores) -> None:
    """Ids and time stay; legs, raw, details and overlay are gone."""
    stores.ledger.add(KEY, [replace(row("A"), overlay={"note": "mine"})])

    stores.ledger.replace(KEY, row("A").tombstone(), expected=1)

    kept = stores.ledger.get(KEY, "A")
    assert kept == row("A").tombstone()
    assert kept is not None
    assert (kept.legs, kept.raw, kept.details, kept.overlay) == ((), None, {}, None)


def test_refuses_an_unexpected_revision(stores: Stores) -> None:
    """Who read an older revision, or one that is gone, writes nothing."""
    stores.ledger.add(KEY, [row("A")])

    for name, revision in (("A", 2), ("B", 1)):
        with pytest.raises(StaleVersion):
            stores.ledger.replace(KEY, replace(row(name), revision=3), expected=revision)
        with pytest.raises(StaleVersion):
            stores.ledger.forget(KEY, name, expected=revision)
    assert stores.ledger.get(KEY, "A") == row("A")
    assert stores.ledger.get(KEY, "B") is None


def test_forgets_without_a_trace(stores: Stores) -> None:
    """A forgotten item leaves not even a tombstone."""
    stores.ledger.add(KEY, [row("A")])

    stores.ledger.forget(KEY, "A", expected=1)

    assert stores.ledger.is_empty(KEY)


def test_gives_many_without_raw(stores: Stores) -> None:
    """Details come along, raw does not."""
    stores.ledger.add(KEY, [row("A"), row("B")])

    many = stores.ledger.get_many(KEY, ["A", "B", "C"])

    assert many == {"A": replace(row("A"), raw=None), "B": replace(row("B"), raw=None)}


def test_finds_the_last_that_the_source_brought(stores: Stores) -> None:
    """Hand-made and later ones do not count; tombstones do."""
    by_hand = [row(f"M{n}", 50 + n / 1000, origin=Origin.MANUAL) for n in range(120)]
    stores.ledger.add(KEY, [row("A", 10), row("B", 20).tombstone(), row("C", 90), *by_hand])

    assert stores.ledger.last_from_source(KEY, at(90)) == at(20)
    assert stores.ledger.last_from_source(KEY, at(91)) == at(90)
    assert stores.ledger.last_from_source(KEY, at(10)) is None


def test_erases_bit_by_bit(stores: Stores) -> None:
    """It gives ids as long as something is left; nothing else is touched."""
    stores.ledger.add(KEY, [row(f"T{n}") for n in range(60)])
    stores.ledger.add(OTHER, [row("T1")])
    first = stores.ledger.ids(KEY, 40)

    assert len(set(first)) == 40
    stores.ledger.erase(KEY, first)
    rest = stores.ledger.ids(KEY, 40)
    assert {*first, *rest} == {f"T{n}" for n in range(60)}
    stores.ledger.erase(KEY, [*rest, "never there"])
    assert stores.ledger.ids(KEY, 40) == []
    assert stores.ledger.is_empty(KEY)
    assert stores.ledger.ids(OTHER, 40) == ["T1"]


def test_finds_a_transaction_by_the_time_that_counts(stores: Stores) -> None:
    """The owner's time is looked up, listed and added up; the source's own comes back with it."""
    stores.ledger.add(KEY, [reworded("A", 40), row("B", -460)])

    assert list(stores.ledger.known_between(KEY, at(0), at(50))) == ["A"]
    (listed,) = stores.ledger.newest_first(KEY, Window(at(0), at(50)), None)
    assert (listed.facts.occurred_at, listed.occurred_at) == (at(40), at(-460))
    assert (listed.words, listed.merged_into, listed.history) == (
        reworded("A").words,
        "other",
        None,
    )
    assert list(stores.ledger.amounts(KEY, Window(at(0), at(50)))) == [("EUR", Decimal("-7.10"))]


def test_a_time_that_the_owner_set_is_no_proof_of_the_source(stores: Stores) -> None:
    """The last one of the source is one whose time the source told."""
    stores.ledger.add(KEY, [reworded("A", 4000), row("B", -460)])

    assert stores.ledger.last_from_source(KEY, at(5000)) == at(-460)


def test_replacing_keeps_the_history_that_was_not_read(stores: Stores) -> None:
    """What a list gave can be written back; an own history takes its place."""
    stores.ledger.add(KEY, [reworded("A")])
    (listed,) = stores.ledger.newest_first(KEY, Window(None, at(50)), None)

    stores.ledger.replace(KEY, replace(listed, revision=2), expected=1)

    stored = stores.ledger.get(KEY, "A")
    assert stored is not None
    assert stored.history == reworded("A").history
    assert stores.ledger.get_many(KEY, ["A"])["A"].history == stored.history


def test_writes_where_there_is_none(stores: Stores) -> None:
    """Revision 0 expects that nothing is there."""
    stores.ledger.replace(KEY, reworded("A"), expected=0)

    with pytest.raises(StaleVersion):
        stores.ledger.replace(KEY, row("A"), expected=0)
    assert stores.ledger.get(KEY, "A") == reworded("A")
