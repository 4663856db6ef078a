"""The columns of a transaction file, by the titles that people already have.

Blockpit's sheet and its newer export name the same things differently; both are read as they are.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from tidemark.errors import BadFile


class Column(StrEnum):
    """What a column holds; the value is the title in our own files."""

    DATE = "Date (UTC)"
    INTEGRATION = "Integration Name"
    LABEL = "Label"
    OUTGOING_ASSET = "Outgoing Asset"
    OUTGOING_AMOUNT = "Outgoing Amount"
    INCOMING_ASSET = "Incoming Asset"
    INCOMING_AMOUNT = "Incoming Amount"
    FEE_ASSET = "Fee Asset (optional)"
    FEE_AMOUNT = "Fee Amount (optional)"
    NOTE = "Comment (optional)"
    SOURCE_ID = "Trx. ID (optional)"
    KIND = "Kind (optional)"
    LEGS = "Legs (optional)"
    STATE = "Transaction State"
    VALUE = "Valuation"
    VALUE_CURRENCY = "Valuation Currency"
    VALUE_STATUS = "Valuation Status"
    VALUE_PRICE = "Valuation Price"
    VALUE_SOURCE = "Valuation Source"


TEMPLATE = tuple(Column)[: tuple(Column).index(Column.KIND)]
"""The columns to fill in, in Blockpit's order; an export has those from ``Kind`` on too."""

_REMARK = re.compile(r"\((?:utc|optional)\)")
_NO_WORD = re.compile(r"[\W_]+")
_REQUIRED = (
    Column.DATE,
    Column.OUTGOING_ASSET,
    Column.OUTGOING_AMOUNT,
    Column.INCOMING_ASSET,
    Column.INCOMING_AMOUNT,
)


def _plain(title: str) -> str:
    """Give what is left of a title without case, spaces, signs and remarks in brackets."""
    return _NO_WORD.sub("", _REMARK.sub("", title.casefold()))


_KNOWN = MappingProxyType(
    {_plain(column): column for column in Column}
    | {
        "dateutc": Column.DATE,
        "timestamp": Column.DATE,
        "integration": Column.INTEGRATION,
        "transactiontype": Column.LABEL,
        "note": Column.NOTE,
        "transactionid": Column.SOURCE_ID,
    }
)
_IGNORED = frozenset({"sourcetype", "sourcename", "blockpitid", "mergeid"})


@dataclass(frozen=True, slots=True)
class Header:
    """Where a file's columns are: their places (from 0), all titles, and those not known."""

    places: dict[Column, int]
    titles: tuple[str, ...]
    unknown: tuple[str, ...]

    @classmethod
    def of(cls, titles: Sequence[str]) -> "Header":
        """Read the first row.

        Raises:
            BadFile: a column is missing, or is there twice.
        """
        places: dict[Column, int] = {}
        unknown = []
        for place, title in enumerate(titles):
            column = _KNOWN.get(_plain(title))
            if column in places:
                raise BadFile(f"The column {_quoted(title)} is there twice.", "duplicate_column")
            if column is not None:
                places[column] = place
            elif title.strip() and _plain(title) not in _IGNORED:
                unknown.append(title.strip())
        _check(places)
        return cls(places, tuple(title.strip() for title in titles), tuple(unknown))

    def title(self, column: Column) -> str:
        """Give a column's title in this file."""
        return self.titles[self.places[column]] if column in self.places else column.value

    def notes(self) -> tuple[str, ...]:
        """Say which columns are not read."""
        return tuple(f"The column {_quoted(title)} is not read." for title in self.unknown)


@lru_cache(maxsize=1000)
def is_known(title: str) -> bool:
    """Tell whether a title names a column that is read."""
    return _plain(title) in _KNOWN


def known_titles(titles: Sequence[str]) -> int:
    """Count the titles that name a column: this tells a header from anything else."""
    return sum(is_known(title) for title in titles)


def _check(places: dict[Column, int]) -> None:
    """Refuse a header that lacks what every row needs."""
    needed = [*_REQUIRED]
    if {Column.FEE_ASSET, Column.FEE_AMOUNT} & places.keys():
        needed += [Column.FEE_ASSET, Column.FEE_AMOUNT]
    missing = [column.value for column in needed if column not in places]
    if missing:
        raise BadFile(f"Columns are missing: {', '.join(missing)}.", "missing_columns")


def _quoted(title: str) -> str:
    """Give a title in quotes, cut to a sane length."""
    return f'"{title.strip()[:60]}"'
