"""Transactions: economic events made of signed legs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from tidemark.domain import moments
from tidemark.domain.legs import Kind, Leg, kind_of, merge_legs, spell_legs


class State(StrEnum):
    """Whether a stored transaction counts. Held and pending ones are kept elsewhere."""

    ACTIVE = "active"
    EXCLUDED = "excluded"
    DELETED = "deleted"


class Origin(StrEnum):
    """Where a transaction came from."""

    SOURCE = "source"
    MANUAL = "manual"
    FILE = "file"


@dataclass(slots=True)
class Found:
    """A transaction as a source tells it, before the ledger knows of it.

    Not frozen, since a history has very many, and a frozen one takes three times as long to make.

    ``id`` is namespaced by stream and unique in the integration; ``raw`` is the source's records
    as JSON text (fractions as text, so that no digit is lost); ``details`` are facts beside the
    legs (``pair``, ``price``, ``txid``).
    """

    id: str
    source_id: str
    occurred_at: datetime
    legs: tuple[Leg, ...]
    raw: str = ""
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def spelled_legs(self) -> str:
        """Give the legs as the ledger spells them."""
        return spell_legs(self.legs)


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction as the ledger keeps it: the source's facts, and what the owner did.

    ``legs`` and ``occurred_at`` are the source's; ``overlay`` is the owner's wording of any fact.
    ``import_id`` names the sync or import that brought it; ``revision`` counts changes from 1.
    ``raw`` is None when it was not read along.
    """

    id: str
    source_id: str
    occurred_at: datetime
    legs: tuple[Leg, ...]
    imported_at: datetime
    import_id: str
    origin: Origin = Origin.SOURCE
    state: State = State.ACTIVE
    revision: int = 1
    overlay: Mapping[str, object] | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    raw: str | None = None

    @property
    def kind(self) -> Kind:
        """What the legs together make it."""
        return kind_of(self.legs)

    @property
    def counts(self) -> bool:
        """Tell whether it is part of the calculated balance."""
        return self.state is State.ACTIVE

    def tombstone(self) -> "Transaction":
        """Give what stays when the owner deletes it: ids and time, no amounts."""
        return replace(
            self,
            state=State.DELETED,
            legs=(),
            overlay=None,
            details={},
            raw=None,
            revision=self.revision + 1,
        )


def imported(found: Found, *, at: datetime, by: str, revision: int = 1) -> Transaction:
    """Make the ledger's transaction of what a source told, imported ``at`` (UTC) by a sync."""
    return Transaction(
        id=found.id,
        source_id=found.source_id,
        occurred_at=found.occurred_at,
        legs=found.legs,
        imported_at=at,
        import_id=by,
        revision=revision,
        details=found.details,
        raw=found.raw,
    )


class Known(NamedTuple):
    """What a lookup tells of a stored transaction, left as text: most are only compared.

    ``occurred_at`` and ``imported_at`` are ``moments.spell`` texts, ``legs`` is the text of
    ``legs.spell_legs``. ``edited`` tells whether the owner's overlay lies over it.
    """

    id: str
    occurred_at: str
    legs: str
    state: str
    revision: int
    import_id: str
    imported_at: str
    edited: bool = False


def known_of(transaction: Transaction) -> Known:
    """Give what a lookup would tell of a transaction."""
    return Known(
        transaction.id,
        moments.spell(transaction.occurred_at),
        spell_legs(transaction.legs),
        transaction.state,
        transaction.revision,
        transaction.import_id,
        moments.spell(transaction.imported_at),
        transaction.overlay is not None,
    )


def merge(first: Found, second: Found) -> Found:
    """Join two parts of one event: all legs, the earliest time, both records."""
    raw = first.raw if first.raw == second.raw else merge_raw(first.raw, second.raw)
    return Found(
        id=first.id,
        source_id=first.source_id,
        occurred_at=min(first.occurred_at, second.occurred_at),
        legs=merge_legs(first.legs, second.legs),
        raw=raw,
        details={**first.details, **second.details},
    )


def merge_raw(first: str, second: str) -> str:
    """Join two JSON lists of records, each record once."""
    records: list[object] = []
    for record in [*json.loads(first or "[]"), *json.loads(second or "[]")]:
        if record not in records:
            records.append(record)
    return json.dumps(records, separators=(",", ":"), ensure_ascii=False)
