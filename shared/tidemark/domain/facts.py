"""What counts of a transaction: the owner's wording, over what was said of it, over its source."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, TypedDict

from tidemark.domain.legs import Kind, Leg, kind_of


class Worth(NamedTuple):
    """What an owner takes a transaction to be worth."""

    amount: Decimal
    currency: str

    @property
    def told(self) -> dict[str, str]:
        """Tell it as plain JSON."""
        return {"amount": f"{self.amount:f}", "currency": self.currency}


class Overlay(TypedDict, total=False):
    """The owner's wording of facts; what is not in it stays as it was imported.

    A label, note or valuation of None takes away what was there.
    """

    occurred_at: datetime
    kind: Kind
    legs: tuple[Leg, ...]
    label: str | None
    note: str | None
    valuation: Worth | None


@dataclass(frozen=True, slots=True)
class Words:
    """What a person, or a file, said of a transaction beside its legs when it was made."""

    kind: Kind | None = None
    label: str | None = None
    note: str | None = None
    valuation: Worth | None = None


class Facts(NamedTuple):
    """What is shown and counted of a transaction. ``occurred_at`` is UTC.

    ``valuation`` is the owner's word alone; without it, closes tell (``valuations``).
    """

    occurred_at: datetime
    kind: Kind
    legs: tuple[Leg, ...]
    label: str | None
    note: str | None
    valuation: Worth | None = None


_NOTHING = Words()
_AS_IMPORTED: Overlay = {}


def facts_of(
    occurred_at: datetime, legs: tuple[Leg, ...], words: Words | None, overlay: Overlay | None
) -> Facts:
    """Lay an overlay over what was imported."""
    said, own = words or _NOTHING, overlay or _AS_IMPORTED
    shown = own.get("legs", legs)
    return Facts(
        own.get("occurred_at", occurred_at),
        _kind(shown, said, own),
        shown,
        own.get("label", said.label),
        own.get("note", said.note),
        own.get("valuation", said.valuation),
    )


def _kind(legs: Sequence[Leg], said: Words, own: Overlay) -> Kind:
    """Give the owner's word for what it is; else what was said, unless the legs are others now."""
    if (word := own.get("kind")) is not None:
        return word
    if said.kind is not None and "legs" not in own:
        return said.kind
    return kind_of(legs)
