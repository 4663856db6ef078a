"""Domain values as plain data, JSON text and items, and back."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidemark.domain.coverage import StreamCoverage
from tidemark.domain.integrations import Integration, IntegrationKey
from tidemark.domain.issues import Issue
from tidemark.domain.pages import Unread, Window
from tidemark.domain.syncs import Run, Sync
from tidemark.domain.transactions import Found
from tidemark.stores.plain import from_plain, from_text, to_plain, to_text
from tidemark.stores.table import attribute, read, write

MOMENTS = st.datetimes(min_value=datetime(2009, 1, 3), timezones=st.just(UTC))  # noqa: DTZ001
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, places=8)
PLAIN = st.recursive(
    TEXTS | st.booleans() | st.integers(-(10**37), 10**37) | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
st.register_type_strategy(datetime, MOMENTS)
st.register_type_strategy(Decimal, AMOUNTS)
st.register_type_strategy(str, TEXTS)


KINDS: tuple[type, ...] = (Run, Sync, StreamCoverage, Issue, Unread, Window, Found)


@given(st.sampled_from(KINDS).flatmap(st.from_type))
def test_text_gives_the_value_back(value: object) -> None:
    """Whatever the fields hold."""
    assert from_text(type(value), to_text(value)) == value


@given(st.from_type(Integration))
def test_an_item_gives_the_value_back(value: Integration) -> None:
    """With bytes too."""
    assert from_plain(Integration, read(write(to_plain(value)))) == value


@given(st.dictionaries(TEXTS, PLAIN, max_size=4))
def test_items_hold_plain_data(values: dict[str, object]) -> None:
    """Of any depth."""
    assert read(write(values)) == values


def test_an_item_holds_no_float() -> None:
    """Amounts are texts; a float is a bug."""
    with pytest.raises(TypeError):
        attribute(0.1)


def test_reads_what_newer_and_older_code_wrote() -> None:
    """A field that is not known is left out, one that is missing has its default."""
    text = (
        '{"sync_id":"s","key":{"owner":"o","integration_id":"i","x":1},"mode":"range",'
        '"requested_at":"2025-01-01T00:00:00.000000Z","newer":{"a":[1]},"window":{"until":'
        '"2025-01-01T00:00:00.000000Z"}}'
    )

    run = from_text(Run, text)

    assert run.key == IntegrationKey("o", "i")
    assert run.window == Window(None, datetime(2025, 1, 1, tzinfo=UTC))
    assert run.streams == ()
