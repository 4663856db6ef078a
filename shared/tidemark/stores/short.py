"""What a lookup by time tells of stored transactions: read as typed items, since it tells of many.

Dictionaries of dictionaries take twice as long.
"""

from collections.abc import Callable
from typing import NotRequired, TypedDict, cast

import msgspec

from tidemark.domain.transactions import Known
from tidemark.wire import Answer

FIELDS = "#transaction_id, #state, #import_id, #imported_at, #digest"


class _Text(msgspec.Struct, gc=False, frozen=True):
    """A text as DynamoDB has it."""

    S: str


class Short(msgspec.Struct, gc=False):
    """What ``FIELDS`` names, as DynamoDB has it."""

    transaction_id: _Text
    state: _Text
    import_id: _Text
    imported_at: _Text
    digest: _Text = _Text("")


class _Shorts(TypedDict):
    """The answer to a query for ``FIELDS``."""

    Items: list[Short]
    LastEvaluatedKey: NotRequired[dict[str, dict[str, str]]]


read = cast("Callable[[bytes], Answer]", msgspec.json.Decoder(_Shorts).decode)
"""Reads the answer to such a query."""


def known(item: Short) -> Known:
    """Read what a lookup by time tells."""
    return Known(
        item.transaction_id.S,
        "",
        "",
        item.state.S,
        0,
        item.import_id.S,
        item.imported_at.S,
        digest=item.digest.S,
    )
