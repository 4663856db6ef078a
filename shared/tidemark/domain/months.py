"""Month buckets: calculated balances that are added up again only where something changed.

A writer enters a month before it writes there and leaves afterwards; both raise the version. Who
adds a month up reads the version first and stores the sums only if it is still the same. A bucket
is clean when its sums are of the present version and nobody is writing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from tidemark.domain import amounts
from tidemark.domain.moments import parse, spell

_LATE = timedelta(seconds=60)
"""How much clocks may differ before a writer whose time is up is taken for dead."""


@dataclass(frozen=True, slots=True)
class Month:
    """One UTC month of one integration. ``totals`` are sums per clean asset.

    ``valued`` says of which version, and in which currency, the closes were asked for.
    """

    month: str
    version: int = 0
    writers: frozenset[str] = frozenset()
    computed_version: int | None = None
    totals: Mapping[str, Decimal] = field(default_factory=dict)
    valued: str = ""

    @property
    def clean(self) -> bool:
        """Tell whether the totals can be trusted."""
        return self.computed_version == self.version and not self.writers

    def is_valued(self, quote: str) -> bool:
        """Tell whether the closes of all that is there were asked for, in a currency."""
        return self.valued == valued_mark(self, quote) and not self.writers

    def dead_writers(self, now: datetime) -> frozenset[str]:
        """Give the writers that cannot be at work any more."""
        return frozenset(w for w in self.writers if writer_deadline(w) + _LATE < now)


def valued_mark(month: Month, quote: str) -> str:
    """Spell that the closes of a month as it is were asked for."""
    return f"{quote}#{month.version}"


def writer(who: str, deadline: datetime) -> str:
    """Name a writer so that everybody can see until when it may write."""
    return f"{spell(deadline)}#{who}"


def writer_deadline(writer_name: str) -> datetime:
    """Read until when a writer may write."""
    return parse(writer_name.partition("#")[0])


def add_totals(parts: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    """Add up totals of many months, exactly."""
    columns: dict[str, list[Decimal]] = {}
    for part in parts:
        for asset, amount in part.items():
            columns.setdefault(asset, []).append(amount)
    return {asset: amounts.total(column) for asset, column in columns.items()}
