"""Coverage in the Coverage table: all streams of an integration in one item."""

from collections.abc import Mapping

from tidemark.domain.coverage import StreamCoverage
from tidemark.domain.integrations import IntegrationKey
from tidemark.errors import StaleVersion
from tidemark.stores.plain import from_plain, to_plain
from tidemark.stores.table import Table, read
from tidemark.wire import ConditionFailed, Wire


class DynamoCoverage:
    """Coverage with a version that counts its changes."""

    def __init__(self, wire: Wire, table: str) -> None:
        """Keep coverage in a table."""
        self._table = Table(wire, table)

    def read(self, key: IntegrationKey) -> tuple[dict[str, StreamCoverage], int]:
        """Read the item."""
        values = read(self._table.get(_key(key)) or {})
        streams = values.get("streams", {})
        coverage = {name: from_plain(StreamCoverage, each) for name, each in streams.items()}
        return coverage, values.get("version", 0)

    def write(
        self, key: IntegrationKey, streams: Mapping[str, StreamCoverage], expected: int
    ) -> None:
        """Write the streams on condition of the version."""
        values = {"streams": to_plain(streams), "new": expected + 1}
        when = "attribute_not_exists(#version)"
        if expected:
            when, values = "#version = :expected", values | {"expected": expected}
        change = "SET #streams = :streams, #version = :new"
        try:
            self._table.update(_key(key), change, when=when, values=values)
        except ConditionFailed as error:
            written = read(error.item or {})
            ours = {"streams": values["streams"], "version": values["new"]}
            if not (error.retried and ours.items() <= written.items()):
                raise StaleVersion("the coverage was changed in between") from None

    def erase(self, key: IntegrationKey) -> None:
        """Remove the item."""
        self._table.remove(_key(key))


def _key(key: IntegrationKey) -> dict[str, str]:
    """Name an integration's item."""
    return {"integration_key": key.text}
