"""How the words of people about a transaction are kept: overlay, words, history, as JSON."""

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from tidemark.domain import amounts, moments
from tidemark.domain.facts import Overlay, Words, Worth
from tidemark.domain.history import Action, Change
from tidemark.domain.legs import Kind, parse_legs, spell_legs

_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def spell_overlay(overlay: Overlay) -> str:
    """Write an overlay: only the facts that are in it."""
    spelled: dict[str, Any] = dict(overlay)
    if "occurred_at" in overlay:
        spelled["occurred_at"] = moments.spell(overlay["occurred_at"])
    if "legs" in overlay:
        spelled["legs"] = spell_legs(overlay["legs"])
    if (worth := overlay.get("valuation")) is not None:
        spelled["valuation"] = _spell_worth(worth)
    return _ENCODER.encode(spelled)


def parse_overlay(text: str) -> Overlay:
    """Read what ``spell_overlay`` wrote."""
    overlay: Overlay = json.loads(text)
    spelled: dict[str, Any] = dict(overlay)
    if "occurred_at" in spelled:
        overlay["occurred_at"] = moments.parse(spelled["occurred_at"])
    if "kind" in spelled:
        overlay["kind"] = Kind(spelled["kind"])
    if "legs" in spelled:
        overlay["legs"] = parse_legs(spelled["legs"])
    if spelled.get("valuation") is not None:
        overlay["valuation"] = _parse_worth(spelled["valuation"])
    return overlay


def spell_words(words: Words) -> str:
    """Write words: only those that were said."""
    said: dict[str, Any] = {"kind": words.kind, "label": words.label, "note": words.note}
    if words.valuation is not None:
        said["valuation"] = _spell_worth(words.valuation)
    return _ENCODER.encode({name: word for name, word in said.items() if word is not None})


def parse_words(text: str) -> Words:
    """Read what ``spell_words`` wrote."""
    said = json.loads(text)
    kind = Kind(said["kind"]) if "kind" in said else None
    worth = _parse_worth(said["valuation"]) if "valuation" in said else None
    return Words(kind, said.get("label"), said.get("note"), worth)


def _spell_worth(worth: Worth) -> list[str]:
    """Write what an owner takes a transaction to be worth."""
    return [amounts.spell(worth.amount), worth.currency]


def _parse_worth(spelled: list[str]) -> Worth:
    """Read what ``_spell_worth`` wrote."""
    amount, currency = spelled
    return Worth(Decimal(amount), currency)


def spell_history(history: Iterable[Change]) -> str:
    """Write changes, oldest first."""
    return _ENCODER.encode(
        [[moments.spell(c.at), c.actor, c.action, c.before, c.after] for c in history]
    )


def parse_history(text: str) -> tuple[Change, ...]:
    """Read what ``spell_history`` wrote."""
    return tuple(
        Change(moments.parse(at), actor, Action(action), before, after)
        for at, actor, action, before, after in json.loads(text)
    )
