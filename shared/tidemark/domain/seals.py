"""Seals: a digest of transactions that must stay as they are."""

import hashlib
import json
from collections.abc import Iterable

from tidemark.domain import moments
from tidemark.domain.facts import Overlay, Words
from tidemark.domain.legs import spell_legs
from tidemark.domain.transactions import Transaction

_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True)


class Sealing:
    """A SHA-256 in the making, over the canonical bytes of transactions in the order of a list.

    A list's order (by the time that counts, then by id) is that of the sorted set, so that the same
    transactions always give the same seal.
    """

    def __init__(self) -> None:
        """Start with nothing."""
        self._digest = hashlib.sha256()

    def add(self, transactions: Iterable[Transaction]) -> None:
        """Take in the next transactions."""
        for each in transactions:
            self._digest.update(canonical(each))

    @property
    def seal(self) -> str:
        """Give the seal of all that was taken in."""
        return self._digest.hexdigest()


def seal_of(transactions: Iterable[Transaction]) -> str:
    """Give the seal of transactions as they are listed, oldest first."""
    sealing = Sealing()
    sealing.add(transactions)
    return sealing.seal


NOTHING = seal_of([])
"""The seal of no transactions at all."""


def canonical(row: Transaction) -> bytes:
    """Spell what a list tells of a transaction in one way only.

    Record, details and history are not among it; no change of them leaves the revision as it is.
    """
    told = [
        row.id,
        row.source_id,
        moments.spell(row.facts.occurred_at),
        moments.spell(row.occurred_at),
        spell_legs(row.legs),
        _overlay(row.overlay),
        _words(row.words),
        row.state,
        row.revision,
        row.import_id,
        moments.spell(row.imported_at),
        row.origin,
        row.merged_into,
    ]
    return _ENCODER.encode(told).encode() + b"\n"


def _overlay(overlay: Overlay | None) -> list[tuple[str, object]] | None:
    """Spell the owner's wording."""
    if overlay is None:
        return None
    told: dict[str, object] = dict(overlay)
    if "occurred_at" in overlay:
        told["occurred_at"] = moments.spell(overlay["occurred_at"])
    if "legs" in overlay:
        told["legs"] = spell_legs(overlay["legs"])
    if (worth := overlay.get("valuation")) is not None:
        told["valuation"] = worth.told
    return sorted(told.items())


def _words(words: Words | None) -> list[object] | None:
    """Spell what was said of it when it was made."""
    if words is None:
        return None
    worth = [] if words.valuation is None else [words.valuation.told]
    return [words.kind, words.label, words.note, *worth]
