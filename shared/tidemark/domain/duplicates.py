"""Possible duplicates: a transaction that its owner, or a file, told and that a source told too."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from tidemark.domain import amounts
from tidemark.domain.facts import Overlay, Worth
from tidemark.domain.ids import fingerprint, split_transaction_id
from tidemark.domain.legs import Leg, Role, net
from tidemark.domain.transactions import Origin, State, Transaction

SPAN = timedelta(hours=24)
"""No further apart are two that may be one."""

type Part = tuple[str, str]
type Signature = tuple[Part, ...]


class DuplicateState(StrEnum):
    """What became of a pair. Resolved: the two are no longer alike, nobody had to decide."""

    OPEN = "open"
    DISMISSED = "dismissed"
    MERGED = "merged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Merging:
    """How a merge was begun: when, and the words that the source's transaction takes over."""

    at: datetime
    label: str | None = None
    note: str | None = None
    valuation: Worth | None = None

    @property
    def words(self) -> Overlay:
        """Give what is taken over."""
        taken = Overlay()
        if self.label is not None:
            taken["label"] = self.label
        if self.note is not None:
            taken["note"] = self.note
        if self.valuation is not None:
            taken["valuation"] = self.valuation
        return taken


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A pair, by the ids that owners see: ``own`` is by hand or from a file, ``twin`` a source's.

    ``amounts`` are what both have per asset, ``seconds`` how far they are apart. ``unique`` says
    that neither had another candidate. ``found_by`` names the sync, import or transaction that
    brought the pair to light. ``merging`` is set from the beginning of a merge until it is undone.
    ``version`` counts changes from 1.
    """

    id: str
    own: str
    twin: str
    amounts: Mapping[str, Decimal]
    seconds: int
    unique: bool
    found_by: str
    opened_at: datetime
    state: DuplicateState = DuplicateState.OPEN
    closed_at: datetime | None = None
    merging: Merging | None = None
    version: int = 1

    @property
    def own_integration(self) -> str:
        """Give the integration of the own transaction."""
        return integration_in(self.own)

    @property
    def integrations(self) -> frozenset[str]:
        """Give the integrations of both."""
        return frozenset({integration_in(self.own), integration_in(self.twin)})


def duplicate_id(own: str, twin: str) -> str:
    """Give the id that this pair always has."""
    return f"dup_{fingerprint(own, twin)}"


def integration_in(transaction_id: str) -> str:
    """Give the integration that a transaction's id names."""
    parts = split_transaction_id(transaction_id)
    return parts[0] if parts else ""


def is_own(transaction: Transaction) -> bool:
    """Tell whether it counts, and was told by hand or by a file."""
    return transaction.state is State.ACTIVE and transaction.origin is not Origin.SOURCE


def is_of_source(transaction: Transaction) -> bool:
    """Tell whether it counts, and was told by a source."""
    return transaction.state is State.ACTIVE and transaction.origin is Origin.SOURCE


def are_alike(own: Transaction, twin: Transaction) -> bool:
    """Tell whether two may still be one: both count, and say the same within a day."""
    mine, theirs = own.facts, twin.facts
    return (
        is_own(own)
        and is_of_source(twin)
        and abs(mine.occurred_at - theirs.occurred_at) <= SPAN
        and say_the_same(mine.legs, theirs.legs)
    )


def say_the_same(own: Iterable[Leg], twin: Iterable[Leg]) -> bool:
    """Tell whether amounts are the same per asset; a one-sided own one is found in one leg."""
    mine, theirs = signature(own), tuple(twin)
    if not mine:
        return False
    return mine == signature(theirs) or (len(mine) == 1 and mine[0] in parts(theirs))


def signature(legs: Iterable[Leg]) -> Signature:
    """Spell what the legs that matter add up to per asset; equal amounts are spelled alike."""
    totals = net(_that_matter(legs))
    return tuple(sorted((each, amounts.canonical(sum_)) for each, sum_ in totals.items() if sum_))


def parts(legs: Iterable[Leg]) -> frozenset[Part]:
    """Spell each leg that matters, and what they add up to."""
    matter = _that_matter(legs)
    each = {(leg.asset, amounts.canonical(leg.amount)) for leg in matter if leg.amount}
    return frozenset({*each, *signature(matter)})


def amounts_in(legs: Iterable[Leg]) -> dict[str, Decimal]:
    """Give what the legs that matter add up to per asset."""
    return {asset: amount for asset, amount in net(_that_matter(legs)).items() if amount}


def _that_matter(legs: Iterable[Leg]) -> list[Leg]:
    """Give the principal legs; of a fee alone, its fees."""
    given = list(legs)
    return [leg for leg in given if leg.role is Role.PRINCIPAL] or given
