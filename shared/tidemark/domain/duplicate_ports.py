"""The store of possible duplicates."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from tidemark.domain.duplicates import Duplicate
from tidemark.domain.integrations import IntegrationKey


class Duplicates(Protocol):
    """The pairs of owners, and where owners have transactions of their own at all."""

    def add(self, owner: str, pairs: Sequence[Duplicate]) -> None:
        """Write new pairs; one that is there stays as it is."""

    def replace(self, owner: str, pair: Duplicate, expected: int) -> None:
        """Write a pair in place of version ``expected``. Raises StaleVersion."""

    def get(self, owner: str, duplicate_id: str) -> Duplicate | None:
        """Give one pair (strong)."""

    def of_owner(self, owner: str, after: str = "") -> Iterator[Duplicate]:
        """Go through an owner's pairs behind an id, in the order of the ids, lazily (strong)."""

    def expect_own(self, key: IntegrationKey) -> None:
        """Note that an integration has, or gets, transactions by hand or from files."""

    def with_own(self, owner: str) -> frozenset[str]:
        """Give the integrations of which that was noted (strong)."""

    def erase(self, owner: str, integration_id: str) -> None:
        """Remove an integration's pairs, and what was noted of it."""
