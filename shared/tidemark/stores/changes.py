"""What the streams of the tables tell: each change of an item, before and after.

docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tidemark.domain.moments import from_seconds
from tidemark.domain.tellings import Change, Source
from tidemark.stores.table import Item, read

_OWNER, _PARTITION = "owner", "integration_key"


@dataclass(frozen=True)
class Changes:
    """Reads the records of streams, each by the name of its table."""

    sources: Mapping[str, Source]

    def read(self, record: Mapping[str, Any]) -> Change:
        """Read one record.

        Raises:
            KeyError, ValueError: it is of no table of ours, or no such record.
        """
        told = record["dynamodb"]
        return Change(
            source=self.sources[_table(record["eventSourceARN"])],
            owner=_owner(told["Keys"]),
            id=record["eventID"],
            order=int(told["SequenceNumber"]),
            at=from_seconds(int(told["ApproximateCreationDateTime"])),
            before=read(told.get("OldImage", {})),
            after=read(told.get("NewImage", {})),
        )


def _table(arn: str) -> str:
    """Name the table of a stream."""
    return arn.partition(":table/")[2].partition("/")[0]


def _owner(keys: Item) -> str:
    """Give whose item it is."""
    values = read(keys)
    return str(values[_OWNER] if _OWNER in values else values[_PARTITION].rpartition("#")[0])
