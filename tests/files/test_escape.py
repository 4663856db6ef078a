"""No text that leaves starts a formula, and all come back as they were."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tidemark.files.escape import escape, unescape

signs = st.sampled_from(
    [*"=+-@'\t\r\n\v ab1", "\xa0", "\u200b", "\ufeff", "\uff1d", "\uff0d", "\u2028", "\x01"]
)
texts = st.text(signs, max_size=8) | st.text(max_size=8)


def dangerous(line: str) -> bool:
    """Tell whether a spreadsheet could take a line for a formula."""
    if line[:1] in {"\t", "\r"}:
        return True
    hidden = "".join(sign for sign in line if unicodedata.category(sign)[0] in "CZ")
    bare = line.strip().lstrip(hidden + "\xa0")
    return unicodedata.normalize("NFKC", bare)[:1] in {"=", "+", "-", "@"}


@given(texts)
@example("=1")
@example(" =1")
@example("\xa0=1")
@example("a\n=1")
@example("a\r=1")
@example("\uff1d1")
@example("'=1")
@example("''=1\n")
@example("\n")
def test_escaped_texts(text: str) -> None:
    """Start no formula in any line, and are read as they were."""
    escaped = escape(text)

    assert not any(dangerous(line) for line in escaped.split("\n"))
    assert not any(dangerous(line) for line in escaped.splitlines())
    assert unescape(escaped) == text


@given(texts, texts)
def test_no_two_texts_are_escaped_to_the_same(one: str, other: str) -> None:
    """So that what was escaped can be told from what was not."""
    assert (escape(one) == escape(other)) == (one == other)


@pytest.mark.parametrize("text", ["'tis", "'", "o'clock", "'90s\nit's"])
def test_apostrophes_of_people(text: str) -> None:
    """Stay where no formula follows."""
    assert escape(text) == text
    assert unescape(f" {text}\n") == text
