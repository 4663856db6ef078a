"""What the store of possible duplicates does."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.stores.made import FOREIGN, KEY, NOW, OTHER
from tests.stores.stores import Stores
from tidemark.domain.duplicates import Duplicate, DuplicateState, Merging, duplicate_id
from tidemark.domain.facts import Worth
from tidemark.domain.ids import transaction_id
from tidemark.errors import StaleVersion

MINE, THEIRS = KEY.integration_id, OTHER.integration_id


def pair(number: int, twin_integration: str = THEIRS) -> Duplicate:
    """Make a pair."""
    own = transaction_id(MINE, f"own:{number}")
    twin = transaction_id(twin_integration, f"ledger:{number}")
    amounts = {"BTC": Decimal("-1.50"), "EUR": Decimal("9e3")}
    return Duplicate(duplicate_id(own, twin), own, twin, amounts, 7, True, "sync_1", NOW)  # noqa: FBT003


FULL = replace(
    pair(1),
    state=DuplicateState.MERGED,
    closed_at=NOW,
    merging=Merging(NOW, "Rent", None, Worth(Decimal("7.50"), "CHF")),
    version=1,
)


def test_keeps_pairs(stores: Stores) -> None:
    """Each with all its fields; an owner's come in the order of their ids, from any on."""
    pairs = sorted([FULL, pair(2), pair(3)], key=lambda each: each.id)
    stores.duplicates.add("alice", pairs)
    stores.duplicates.add("mallory", [pair(4)])
    assert stores.duplicates.get("alice", FULL.id) == FULL
    assert stores.duplicates.get("mallory", FULL.id) is None
    assert list(stores.duplicates.of_owner("alice")) == pairs
    assert list(stores.duplicates.of_owner("alice", pairs[0].id)) == pairs[1:]
    assert list(stores.duplicates.of_owner("alice", pairs[2].id)) == []
    assert list(stores.duplicates.of_owner("nobody")) == []


def test_what_is_there_is_not_found_anew(stores: Stores) -> None:
    """The owner's word on it stays."""
    stores.duplicates.add("alice", [FULL])
    stores.duplicates.add("alice", [pair(1), pair(2)])
    assert stores.duplicates.get("alice", FULL.id) == FULL
    assert stores.duplicates.get("alice", pair(2).id) == pair(2)


def test_replaces_a_pair_of_the_expected_version(stores: Stores) -> None:
    """Whoever comes second is told; one that is not there is not made."""
    stores.duplicates.add("alice", [FULL])
    opened = replace(pair(1), version=2)
    stores.duplicates.replace("alice", opened, expected=1)
    assert stores.duplicates.get("alice", FULL.id) == opened
    with pytest.raises(StaleVersion):
        stores.duplicates.replace("alice", FULL, expected=1)
    with pytest.raises(StaleVersion):
        stores.duplicates.replace("alice", pair(2), expected=1)


def test_notes_where_owners_have_their_own(stores: Stores) -> None:
    """As often as told; a note is no pair."""
    for key in (KEY, KEY, OTHER, FOREIGN):
        stores.duplicates.expect_own(key)
    assert stores.duplicates.with_own("alice") == {MINE, THEIRS}
    assert stores.duplicates.with_own("mallory") == {FOREIGN.integration_id}
    assert stores.duplicates.with_own("nobody") == frozenset()
    assert list(stores.duplicates.of_owner("alice")) == []


def test_forgets_an_integration(stores: Stores) -> None:
    """Pairs that it is on either side of, and its note."""
    stores.duplicates.add("alice", [pair(1), pair(2, MINE)])
    for key in (KEY, OTHER):
        stores.duplicates.expect_own(key)
    stores.duplicates.erase("alice", THEIRS)
    assert list(stores.duplicates.of_owner("alice")) == [pair(2, MINE)]
    assert stores.duplicates.with_own("alice") == {MINE}
    stores.duplicates.erase("alice", MINE)
    assert list(stores.duplicates.of_owner("alice")) == []
