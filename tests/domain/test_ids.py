"""Ids sort by time, name their place, and never collide."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tidemark.domain import ids

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)


@given(st.integers(1, 10**9))
def test_ids_sort_by_the_time_they_were_made(later: int) -> None:
    """To the millisecond."""
    assert ids.new_id("sync", NOW) < ids.new_id("sync", NOW + timedelta(milliseconds=later))
    assert ids.is_id("sync", ids.new_id("sync", NOW))


@given(st.text(min_size=1).filter(lambda text: text.isprintable()))
def test_a_transaction_id_names_integration_and_transaction(inner: str) -> None:
    """And gives both back."""
    integration = ids.new_id("intg", NOW)
    assert ids.split_transaction_id(ids.transaction_id(integration, inner)) == (integration, inner)


@given(st.text())
def test_no_other_text_is_a_transaction_id(text: str) -> None:
    """Whatever it is, it does not make trouble."""
    assert ids.split_transaction_id(text) is None or text.startswith("txn_")


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_different_parts_have_different_fingerprints(left: list[str], right: list[str]) -> None:
    """Also where their texts joined would be the same."""
    assert (ids.fingerprint(*left) == ids.fingerprint(*right)) == (left == right)
