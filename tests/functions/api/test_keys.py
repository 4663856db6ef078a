"""Owners and cursors hold against any text."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.api.cursors import Cursors
from functions.api.owner import owner_of
from functions.api.refusals import Unauthenticated
from tidemark.domain.ids import split_transaction_id, transaction_id
from tidemark.domain.integrations import IntegrationKey
from tidemark.errors import Invalid

INTEGRATION = "intg_01J00000000000000000000000"
SUBJECTS = st.text(st.characters(), min_size=1, max_size=80)
PLACES = st.lists(st.text() | st.integers() | st.none(), max_size=4)
CURSORS = Cursors(lambda: b"key")


@given(SUBJECTS, SUBJECTS)
def test_no_two_subjects_share_an_owner(one: str, other: str) -> None:
    """Nor a partition key, whatever the text."""
    keys = {IntegrationKey(owner_of({"sub": each}), INTEGRATION).text for each in (one, other)}
    assert len(keys) == len({one, other})


@given(SUBJECTS)
def test_an_owner_cannot_break_out_of_a_key(subject: str) -> None:
    """It holds neither the separator nor control characters, and is ASCII."""
    owner = owner_of({"sub": subject})
    assert "#" not in owner
    assert owner.isascii()
    assert owner.isprintable()


@pytest.mark.parametrize("subject", [None, "", 7, "x" * 256, "\U0001f300" * 200])
def test_a_subject_must_be_one(subject: object) -> None:
    """Otherwise nobody knows whose request it is."""
    with pytest.raises(Unauthenticated):
        owner_of({"sub": subject})


def test_an_ordinary_subject_stays_readable() -> None:
    """As identity providers make them."""
    for subject in ("8f1c2d34-5a6b-4c7d", "auth0|5f7c8ec7c33c6c004bbafe82", "a@b.example"):
        assert owner_of({"sub": subject}) == subject


@given(PLACES, PLACES)
def test_a_cursor_gives_back_what_was_written(listing: list[object], place: list[object]) -> None:
    """For the same list."""
    assert CURSORS.read(listing, CURSORS.write(listing, place)) == place


@given(PLACES, PLACES, PLACES)
def test_a_cursor_of_another_list_is_refused(
    listing: list[object], other: list[object], place: list[object]
) -> None:
    """Whatever the two lists are."""
    cursor = CURSORS.write(listing, place)
    if other != listing:
        with pytest.raises(Invalid):
            CURSORS.read(other, cursor)


@given(PLACES, st.data())
def test_a_changed_cursor_is_refused(place: list[object], data: st.DataObject) -> None:
    """Every character counts."""
    cursor = CURSORS.write(["x"], place)
    at = data.draw(st.integers(0, len(cursor) - 1))
    letter = data.draw(st.sampled_from("ABCDwxyz019-_=é ").filter(lambda each: each != cursor[at]))
    with pytest.raises(Invalid):
        CURSORS.read(["x"], cursor[:at] + letter + cursor[at + 1 :])


@given(st.text())
def test_any_other_text_is_no_cursor(text: str) -> None:
    """It is refused, not a fault."""
    with pytest.raises(Invalid):
        CURSORS.read(["x"], text)


def test_times_in_cursors_are_spelled() -> None:
    """In fixed width."""
    moment = datetime(2025, 1, 1, tzinfo=UTC)
    cursor = CURSORS.write(["x"], [(moment, 1)])
    assert CURSORS.read(["x"], cursor) == [["2025-01-01T00:00:00.000000Z", 1]]


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_a_transaction_id_names_its_place(inner: str) -> None:
    """And no other."""
    assert split_transaction_id(transaction_id(INTEGRATION, inner)) == (INTEGRATION, inner)


@given(st.text())
def test_any_text_is_a_transaction_id_or_none(text: str) -> None:
    """It is never a fault."""
    parts = split_transaction_id(f"txn_01J00000000000000000000000{text}")
    assert parts is None or transaction_id(*parts).endswith(text)
