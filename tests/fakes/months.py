"""Month buckets in memory."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.months import Month, valued_mark


class MemoryMonths:
    """Month buckets in a dictionary."""

    def __init__(self) -> None:
        """Start empty."""
        self.buckets: dict[IntegrationKey, dict[str, Month]] = {}

    def enter(self, key: IntegrationKey, months: Iterable[str], writer: str) -> None:
        """Add a writer."""
        for month in months:
            self._bump(key, month, self.read_one(key, month).writers | {writer})

    def leave(self, key: IntegrationKey, months: Iterable[str], writer: str) -> None:
        """Remove a writer."""
        for month in months:
            self.drop(key, month, [writer])

    def drop(self, key: IntegrationKey, month: str, writers: Collection[str]) -> None:
        """Remove dead writers."""
        if writers:
            self._bump(key, month, self.read_one(key, month).writers - frozenset(writers))

    def _bump(self, key: IntegrationKey, month: str, writers: frozenset[str]) -> None:
        """Set the writers and raise the version."""
        old = self.read_one(key, month)
        new = replace(old, writers=writers, version=old.version + 1)
        self.buckets.setdefault(key, {})[month] = new

    def read(self, key: IntegrationKey) -> list[Month]:
        """Give all months in order."""
        return [month for _, month in sorted(self.buckets.get(key, {}).items())]

    def read_one(self, key: IntegrationKey, month: str) -> Month:
        """Give one month."""
        return self.buckets.get(key, {}).get(month, Month(month))

    def store(self, key: IntegrationKey, month: Month) -> bool:
        """Store totals if the version is the same."""
        old = self.read_one(key, month.month)
        if old.version != month.version:
            return False
        new = replace(old, computed_version=month.version, totals=dict(month.totals))
        self.buckets.setdefault(key, {})[month.month] = new
        return True

    def note_valued(self, key: IntegrationKey, month: Month, quote: str) -> None:
        """Note the mark."""
        if old := self.buckets.get(key, {}).get(month.month):
            mark = valued_mark(month, quote)
            self.buckets[key][month.month] = replace(old, valued=mark)

    def erase(self, key: IntegrationKey) -> None:
        """Remove all months."""
        self.buckets.pop(key, None)
