"""JSON without loss: fractions stay text, whole numbers stay exact, the rest is refused."""

import json
from contextlib import suppress
from typing import NoReturn

_LONGEST = 80


def _whole(digits: str) -> int:
    """Read a whole number of a sane length: converting digits costs the square of their count."""
    if len(digits) > _LONGEST:
        raise ValueError("a number with too many digits")
    return int(digits)


def _no_number(word: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python's reader takes by default."""
    raise ValueError(f"{word} is not a number")


_DECODER = json.JSONDecoder(parse_float=str, parse_int=_whole, parse_constant=_no_number)
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False)

spell = _ENCODER.encode
"""Spell a value as compact JSON."""


def parse(body: bytes) -> object:
    """Read a JSON text: numbers with a fraction or an exponent come as ``str``, others as ``int``.

    A byte order mark is skipped; of a repeated key the last value counts.

    Raises:
        ValueError: when it is no JSON, is nested too deeply, or holds numbers or characters that
            cannot be kept. The message repeats nothing of the text.
    """
    with suppress(ValueError, RecursionError):
        return _read(body)
    raise ValueError("not JSON that can be read exactly")


def _read(body: bytes) -> object:
    """Read a JSON text; the errors that this raises hold the text."""
    text = body.decode("utf-8-sig")
    value: object = _DECODER.decode(text)
    if "\\u" in text:
        _ENCODER.encode(value).encode()  # half a surrogate pair cannot be written anywhere
    return value
