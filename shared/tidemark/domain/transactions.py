"""Transactions: economic events made of signed legs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from tidemark.domain import amounts, moments
from tidemark.domain.facts import Facts, Overlay, Words, facts_of
from tidemark.domain.history import Action, Change
from tidemark.domain.ids import digest_of
from tidemark.domain.legs import Leg, merge_legs, spell_legs


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

    @property
    def digest(self) -> str:
        """Give a short text that stands for the legs: as long as it stays, so have they."""
        return digest_of(self.spelled_legs)


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction as the ledger keeps it: what was imported, and what the owner did.

    ``legs`` and ``occurred_at`` are as imported, ``words`` were said with them; ``overlay`` is the
    owner's wording: see ``facts`` for what counts. ``import_id`` names the sync or import that
    brought it (empty: made by hand); ``revision`` counts changes from 1. ``merged_into`` is the
    transaction that stands in its place, by the id that owners see. ``raw`` and ``history``
    (oldest first) are None when they were not read along. ``digest`` is that of the telling whose
    legs these are (``Found.digest``), empty where no single one is.
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
    overlay: Overlay | None = None
    words: Words | None = None
    merged_into: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    raw: str | None = None
    history: tuple[Change, ...] | None = None
    digest: str = ""

    @property
    def facts(self) -> Facts:
        """What is shown and counted: the owner's wording over what was imported."""
        return facts_of(self.occurred_at, self.legs, self.words, self.overlay)

    @property
    def counts(self) -> bool:
        """Tell whether it is part of the calculated balance."""
        return self.state is State.ACTIVE

    def tombstone(self) -> "Transaction":
        """Give what stays when the owner deletes it: ids and time, no amounts and no words.

        The source's own time stays too where the owner changed it: there it is to be found again.
        """
        moved = self.overlay is not None and "occurred_at" in self.overlay
        return replace(
            self,
            state=State.DELETED,
            legs=(),
            overlay=Overlay(occurred_at=self.facts.occurred_at) if moved else None,
            words=None,
            details={},
            raw=None,
            digest="",
            history=tuple(change.without_facts() for change in self.history or ()) or None,
        )


def changed_by(
    stored: Transaction, changed: Transaction, action: Action, at: datetime, actor: str
) -> Transaction:
    """Give ``changed`` as the next revision, with the change added to its history.

    ``stored`` must have its history. A tombstone's history tells of no amounts.
    """
    before, after = _told(stored), _told(changed)
    names = [name for name in before if before[name] != after[name]]
    change = Change(
        at,
        actor,
        action,
        {name: before[name] for name in names},
        {name: after[name] for name in names},
    )
    if changed.state is State.DELETED:
        change = change.without_facts()
    history = changed.history if changed.history is not None else stored.history
    return replace(changed, revision=stored.revision + 1, history=(*(history or ()), change))


def _told(transaction: Transaction) -> dict[str, object]:
    """Give the facts that a history tells of, as plain JSON."""
    facts = transaction.facts
    return {
        "state": transaction.state.value,
        "imported_at": moments.spell(transaction.imported_at),
        "import": transaction.import_id or None,
        "occurred_at": moments.spell(facts.occurred_at),
        "kind": facts.kind.value,
        "legs": [
            {"asset": leg.asset, "amount": amounts.spell(leg.amount), "role": leg.role.value}
            for leg in facts.legs
        ],
        "label": facts.label,
        "note": facts.note,
        "valuation": facts.valuation and facts.valuation.told,
        "merged_into": transaction.merged_into,
    }


def imported(found: Found, *, at: datetime, by: str) -> Transaction:
    """Make the ledger's transaction of what a source told, imported ``at`` (UTC) by a sync."""
    return Transaction(
        id=found.id,
        source_id=found.source_id,
        occurred_at=found.occurred_at,
        legs=found.legs,
        imported_at=at,
        import_id=by,
        details=found.details,
        raw=found.raw,
        digest=found.digest,
    )


def restored(
    tombstone: Transaction, found: Found, *, at: datetime, by: str, actor: str
) -> Transaction:
    """Make a tombstone a transaction again: as fresh as a new one, but for its history."""
    fresh = replace(imported(found, at=at, by=by), history=tombstone.history)
    return changed_by(tombstone, fresh, Action.RESTORED, at, actor)


def grown(stored: Transaction, found: Found, *, at: datetime, actor: str) -> Transaction:
    """Add legs that came late to the transaction they belong to."""
    legs = merge_legs(stored.legs, found.legs)
    changed = replace(
        stored,
        legs=legs,
        occurred_at=min(stored.occurred_at, found.occurred_at),
        details={**found.details, **stored.details},
        raw=merge_raw(stored.raw or "", found.raw),
        digest="",
    )
    return changed_by(stored, changed, Action.LEGS_ADDED, at, actor)


class Known(NamedTuple):
    """What a lookup tells of a stored transaction, left as text: most are only compared.

    ``occurred_at`` (the one that counts) and ``imported_at`` are ``moments.spell`` texts, ``legs``
    is the text of ``legs.spell_legs``, as imported. ``edited`` tells whether the owner's overlay
    lies over it. A lookup by time tells no more than ``in_short``: most are as ``digest`` says.
    """

    id: str
    occurred_at: str
    legs: str
    state: str
    revision: int
    import_id: str
    imported_at: str
    edited: bool = False
    digest: str = ""

    @property
    def in_short(self) -> "Known":
        """Give what a lookup by time tells of it."""
        return self._replace(occurred_at="", legs="", revision=0, edited=False)

    def is_told_by(self, found: Found) -> bool:
        """Tell whether the source tells, to the letter, what is stored."""
        return self.digest == found.digest or self.legs == found.spelled_legs


def known_of(transaction: Transaction) -> Known:
    """Give what a lookup would tell of a transaction."""
    return Known(
        transaction.id,
        moments.spell(transaction.facts.occurred_at),
        spell_legs(transaction.legs),
        transaction.state,
        transaction.revision,
        transaction.import_id,
        moments.spell(transaction.imported_at),
        transaction.overlay is not None,
        transaction.digest,
    )


def merge_raw(first: str, second: str) -> str:
    """Join two JSON lists of records, each record once."""
    records: list[object] = []
    for record in [*json.loads(first or "[]"), *json.loads(second or "[]")]:
        if record not in records:
            records.append(record)
    return json.dumps(records, separators=(",", ":"), ensure_ascii=False)
