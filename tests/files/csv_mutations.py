"""CSV files, and bytes of any kind, as they should not be."""

import random
from functools import cache

from tests.files.books import csv_of, row


@cache
def good_csv() -> bytes:
    """Give a CSV file of some rows."""
    return csv_of(
        *(
            row(sent=("EUR", f"{n}.5"), received=("BTC", "1"), note=f'a"{n}', source_id=f"t{n}")
            for n in range(20)
        )
    )


def flipped(data: bytes, chance: random.Random) -> bytes:
    """Change some bytes."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8, 64))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut(data: bytes, chance: random.Random) -> bytes:
    """Take something away, or put something twice."""
    start, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return chance.choice(
        (data[:start], data[start:], data[:start] + data[end:], data[:end] + data[start:])
    )


def csv_signs(data: bytes, chance: random.Random) -> bytes:
    """Put signs that matter to CSV where they do not belong."""
    text = bytearray(data)
    for _ in range(chance.choice((1, 3, 20))):
        place = chance.randrange(len(text))
        text[place:place] = chance.choice(
            (
                b'"',
                b",",
                b"\n",
                b"\r",
                b";",
                b"\t",
                b"\0",
                b"\xef\xbb\xbf",
                b"\xff",
                b"=",
                "\u2028".encode(),
            )
        )
    return bytes(text)


def csv_bomb(chance: random.Random) -> bytes:
    """Give CSV that is large in one way."""
    return chance.choice((
        lambda: csv_of("," * 4_000_000), lambda: csv_of("\n" * 4_000_000),
        lambda: csv_of('"' * 4_000_001),
        lambda: csv_of('"' + "x" * 4_000_000 + '"'), lambda: csv_of(*[row(note="=")] * 20_001),
        lambda: csv_of(*["x,y,z,1,-,2,,3,,4,,"] * 20_000), lambda: b"," * 4_000_000,
        lambda: csv_of(*["'" * 200] * 20_000), lambda: csv_of(row(note="'=\n" * 3000)),
        lambda: csv_of(row(received=("BTC", "1" * 30_000))), lambda: csv_of(row("1" * 30_000)),
    ))()  # fmt: skip
