"""JSON without loss: fractions stay text, whole numbers stay exact, the rest is refused."""

from contextlib import suppress

import msgspec

_LONGEST = 80
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_DECODER = msgspec.json.Decoder(float_hook=str)
_DIGITS = bytes(ord("0") if byte in b"0123456789" else ord(" ") for byte in range(256))
_TOO_MANY = b"0" * (_LONGEST + 1)


def spell(value: object) -> str:
    """Spell a value as compact JSON."""
    return msgspec.json.encode(value).decode()


def parse(body: bytes) -> object:
    """Read a JSON text: numbers with a fraction or an exponent come as ``str``, others as ``int``.

    A byte order mark is skipped; of a repeated key the last value counts.

    Raises:
        ValueError: when it is no JSON, is nested too deeply, or holds numbers or characters that
            cannot be kept. The message repeats nothing of the text.
    """
    with suppress(ValueError, RecursionError):
        value: object = _DECODER.decode(body.removeprefix(_BYTE_ORDER_MARK))
        if _TOO_MANY not in body.translate(_DIGITS) or _is_short(value):
            return value
    raise ValueError("not JSON that can be read exactly")


def _is_short(value: object) -> bool:
    """Tell whether whole numbers are of a sane length: to spell one costs the square of it."""
    if isinstance(value, dict):
        return all(map(_is_short, value.values()))
    if isinstance(value, list):
        return all(map(_is_short, value))
    return not isinstance(value, int) or abs(value) < 10**_LONGEST
