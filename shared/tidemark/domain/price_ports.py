"""The stores of prices, and the queue of integrations whose transactions are to be valued."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.prices import Pair, Quote
from tidemark.domain.sheets import Sheet, SheetKey


class Sheets(Protocol):
    """The closes that are known or wanted, for all owners: they are nobody's."""

    def read(self, keys: Collection[SheetKey]) -> dict[SheetKey, Sheet]:
        """Give those of the sheets that are kept."""

    def write(self, sheet: Sheet) -> Sheet:
        """Keep a sheet in place of the version that it was made of, and give it as kept.

        Raises:
            StaleVersion: somebody else was faster.
        """

    def due(self, now: datetime, limit: int) -> list[SheetKey]:
        """Name sheets for which sources are to be asked now, the longest waiting first."""


class Quotes(Protocol):
    """Prices of moments, which end by themselves, and the pairs that somebody holds."""

    def put(self, quotes: Mapping[Pair, Quote]) -> None:
        """Keep quotes; one that comes late does not take the place of a newer one."""

    def newest(self, pair: Pair, now: datetime) -> Quote | None:
        """Give the newest quote of a pair that has not ended."""

    def hold(self, pairs: Collection[Pair], until: datetime) -> None:
        """Note that pairs are held, up to a moment."""

    def held(self, now: datetime) -> dict[Pair, datetime]:
        """Give the pairs that are held, and until when that is noted."""


class ValuesQueue(Protocol):
    """Hands integrations with new or changed transactions to who values them."""

    def send(self, key: IntegrationKey) -> None:
        """Ask for an integration's transactions to be looked at."""
