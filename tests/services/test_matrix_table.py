"""The whole matrix: each kind of row, in each way in which a source's rows come."""

import sys

import pytest

from tests.model.game import Game
from tests.model.matrix import TABLE, WAYS, lines, played

CELLS = [
    pytest.param(kind, way, wanted, id=f"{kind}, {way}")
    for kind, cells in TABLE.items()
    for way, wanted in zip(WAYS, cells, strict=True)
]


@pytest.mark.parametrize(("kind", "way", "wanted"), CELLS)
def test_a_row_becomes_what_is_promised(kind: str, way: str, wanted: str) -> None:
    """One cell: played with the product's own services."""
    assert Game(kind, *WAYS[way]).play() == wanted


def test_the_table_is_printed_with_what_was_promised() -> None:
    """Ten kinds, ten ways; ``pytest -s`` shows it."""
    laid = lines(played())
    sys.stdout.write("\n".join(laid))
    assert len(laid) == len(TABLE) * (len(WAYS) + 2)
    assert not [line for line in laid if "should be" in line]
