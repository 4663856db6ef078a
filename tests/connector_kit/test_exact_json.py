"""JSON is read without loss, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidemark.connector_kit import exact_json


@pytest.mark.parametrize(
    "text",
    [
        b"{",
        b"NaN",
        b"[Infinity]",
        b'{"a":-Infinity}',
        b"1" * 81,
        b'"\\udfff"',
        b"[" * 5000,
        b"\xff",
    ],
)
def test_json_that_cannot_be_kept_is_refused(text: bytes) -> None:
    """The error repeats nothing of the text."""
    with pytest.raises(ValueError, match="read exactly") as caught:
        exact_json.parse(text)
    assert caught.value.__context__ is None


def test_json_that_can_be_kept_is_read() -> None:
    """Pairs of surrogates are one character; of a repeated key the last value counts."""
    assert exact_json.parse(b'{"a": "\\ud83d\\ude00", "a": -0.10}') == {"a": "-0.10"}


@given(st.recursive(st.text() | st.integers(-(10**60), 10**60) | st.none(), st.lists, max_leaves=9))
def test_what_is_spelled_is_read_back(value: object) -> None:
    """Compact JSON loses nothing."""
    assert exact_json.parse(exact_json.spell(value).encode()) == value
