"""The history of a transaction: each change with who made it, and what was before and after."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

OWNER = "owner"
"""The actor when its owner changed a transaction by hand; else the id of a sync or an import."""


class Action(StrEnum):
    """What was done to a transaction. Reverted: its owner undid what the actor had brought."""

    UPDATED = "updated"
    RESET = "reset"
    EXCLUDED = "excluded"
    INCLUDED = "included"
    DELETED = "deleted"
    RESTORED = "restored"
    LEGS_ADDED = "legs_added"
    MERGED = "merged"
    UNMERGED = "unmerged"
    REVERTED = "reverted"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Change:
    """One change. ``before`` and ``after`` hold, as plain JSON, only the facts that it changed."""

    at: datetime
    actor: str
    action: Action
    before: Mapping[str, object] = field(default_factory=dict)
    after: Mapping[str, object] = field(default_factory=dict)

    def without_facts(self) -> "Change":
        """Give what may stay of it in a tombstone: who did what and when, state and import."""
        return Change(self.at, self.actor, self.action, _bare(self.before), _bare(self.after))


_BARE = frozenset({"state", "imported_at", "import"})


def _bare(facts: Mapping[str, object]) -> dict[str, object]:
    """Give of the facts what tells of no amount and no word."""
    return {name: value for name, value in facts.items() if name in _BARE}
