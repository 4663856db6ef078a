"""Possible duplicates in memory."""

from collections.abc import Iterator, Sequence

from tidemark.domain.duplicates import Duplicate
from tidemark.domain.integrations import IntegrationKey
from tidemark.errors import StaleVersion


class MemoryDuplicates:
    """Pairs and notes in dictionaries."""

    def __init__(self) -> None:
        """Start empty."""
        self.items: dict[tuple[str, str], Duplicate] = {}
        self.noted: set[IntegrationKey] = set()

    def add(self, owner: str, pairs: Sequence[Duplicate]) -> None:
        """Write where there is none."""
        for pair in pairs:
            self.items.setdefault((owner, pair.id), pair)

    def replace(self, owner: str, pair: Duplicate, expected: int) -> None:
        """Write over the expected version."""
        stored = self.items.get((owner, pair.id))
        if stored is None or stored.version != expected:
            raise StaleVersion("the pair was changed in between")
        self.items[owner, pair.id] = pair

    def get(self, owner: str, duplicate_id: str) -> Duplicate | None:
        """Give one."""
        return self.items.get((owner, duplicate_id))

    def of_owner(self, owner: str, after: str = "") -> Iterator[Duplicate]:
        """List by id."""
        own = sorted(name for who, name in self.items if who == owner)
        return (self.items[owner, name] for name in own if name > after)

    def expect_own(self, key: IntegrationKey) -> None:
        """Note one."""
        self.noted.add(key)

    def with_own(self, owner: str) -> frozenset[str]:
        """Give those noted."""
        return frozenset(key.integration_id for key in self.noted if key.owner == owner)

    def erase(self, owner: str, integration_id: str) -> None:
        """Remove an integration's."""
        self.noted.discard(IntegrationKey(owner, integration_id))
        for place, pair in list(self.items.items()):
            if place[0] == owner and integration_id in pair.integrations:
                del self.items[place]
