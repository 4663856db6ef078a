"""Recognises what must never be taken: seed words and private keys, in every usual wording.

It errs on the side of refusing: what only looks like a private key is refused too. Nothing is
ever repeated, logged or handed to a parser.
"""

import re

_EXTENDED = re.compile(r"(?<![0-9A-Za-z])[tuvxyz]prv", re.IGNORECASE)
_SHAPES = (
    re.compile(r"[5KL9c][1-9A-HJ-NP-Za-km-z]{50,51}"),  # wallet import format
    re.compile(r"6P[1-9A-HJ-NP-Za-km-z]{56}"),  # the same under a passphrase (BIP 38)
    re.compile(r"S[1-9A-HJ-NP-Za-km-z]{21,29}"),  # mini keys on coins and paper
    re.compile(r"(0x)?[0-9a-fA-F]{64}([0-9a-fA-F]{64})?"),  # the number itself, or a seed
)
_BREAKS = re.compile(r"[\W_]+")
_WORD = re.compile(r"[0-9]{0,2}[^\W\d_]{1,12}[0-9]{0,2}")
_FEWEST_WORDS = 6
_FEWEST_FOREIGN_LETTERS = 12


def is_private(text: str) -> bool:
    """Tell whether a text holds, or looks like it holds, private material."""
    tokens = [token for token in _BREAKS.split(text) if token]
    return (
        _EXTENDED.search(text) is not None
        or any(shape.fullmatch(token) for shape in _SHAPES for token in tokens)
        or _is_seed(text, tokens)
    )


def _is_seed(text: str, tokens: list[str]) -> bool:
    """Tell whether a text is a row of plain words, numbered or not, in any language."""
    words = [token for token in tokens if _WORD.fullmatch(token)]
    foreign = sum(letter.isalpha() and not letter.isascii() for letter in text)
    return len(words) >= _FEWEST_WORDS or foreign >= _FEWEST_FOREIGN_LETTERS
