"""What is made to be large is refused for what it is, before it takes time or memory."""

import time
import tracemalloc

import pytest

from tests.files.bombs import BOMBS, good_book
from tests.files.books import read_book
from tidemark.errors import BadFile


@pytest.mark.parametrize("name", BOMBS)
def test_bombs(name: str) -> None:
    """Each ends in its own word, in seconds of work."""
    make, code = BOMBS[name]
    data = make()
    begun = time.process_time()

    if code:
        with pytest.raises(BadFile) as raised:
            read_book(data)
        assert raised.value.code == code
    else:
        assert read_book(data).rows

    assert time.process_time() - begun < 10


def test_the_good_workbook_is_good() -> None:
    """What the others are made of can be read, but for its formula and its long numbers."""
    read = read_book(good_book())

    assert len(read.rows) > 20
    assert {error.code for error in read.errors} <= {"formula", "long_number", "time_missing"}


def test_declared_sizes_are_asked_before_anything_is_unpacked() -> None:
    """A file that says that it is too large costs nothing."""
    data = BOMBS["40 MB of zeros"][0]()
    tracemalloc.start()

    with pytest.raises(BadFile):
        read_book(data)

    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()
