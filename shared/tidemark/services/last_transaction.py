"""The last transaction that is there when a source is added: where its import may begin."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from tidemark.domain.integrations import IntegrationKey, IntegrationKind
from tidemark.domain.moments import latest
from tidemark.domain.pages import Window
from tidemark.domain.ports import Clock, Integrations, Ledger
from tidemark.domain.transactions import Origin, State


@dataclass(frozen=True)
class LastTransaction:
    """Finds when the last transaction was that is neither deleted nor of the future."""

    integrations: Integrations
    ledger: Ledger
    clock: Clock

    def of(
        self, key: IntegrationKey, origins: Collection[Origin] = frozenset(Origin)
    ) -> datetime | None:
        """Give the time that counts of an integration's last one of these origins, or None."""
        there = self.ledger.newest_first(key, Window(None, self.clock.now()), None)
        existing = (each for each in there if each.state is not State.DELETED)
        times = (each.facts.occurred_at for each in existing if each.origin in origins)
        return next(times, None)

    def from_files(self, owner: str) -> datetime | None:
        """Give that of the last one from a file in the owner's manual integrations, or None."""
        files = frozenset({Origin.FILE})
        times = [
            self.of(each.key, files)
            for each in self.integrations.of_owner(owner)
            if each.kind is IntegrationKind.MANUAL and not each.deleting and not each.deactivated
        ]
        return latest(*times)
