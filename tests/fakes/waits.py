"""What waits for owners, and how often banks were read, in memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from tests.fakes.runs import LeaseItem, MemoryRuns
from tidemark.domain.asking import Wait
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.ports import Clock
from tidemark.domain.reads import Reads
from tidemark.domain.syncs import Lease


class MemoryWaits:
    """Tokens and answers in the lease items of runs."""

    def __init__(self, runs: MemoryRuns) -> None:
        """Know the runs."""
        self.runs = runs

    def keep(self, key: IntegrationKey, sync_id: str, token: str, until: datetime) -> bool:
        """Keep a token."""
        item = self._current(key, sync_id)
        if item is None or item.answer is not None:
            return False
        item.wait = Wait(key, sync_id, until, token)
        return True

    def take_token(self, key: IntegrationKey, sync_id: str) -> str | None:
        """Take the token of the current run."""
        item = self._current(key, sync_id)
        if item is None or item.wait is None:
            return None
        token, item.wait = item.wait.token, None
        return token

    def answer(self, key: IntegrationKey, sync_id: str, sealed: bytes) -> bool:
        """Keep an answer."""
        item = self._current(key, sync_id)
        if item is None or item.answer is not None:
            return False
        item.answer = sealed
        return True

    def take_answer(self, lease: Lease) -> bytes | None:
        """Take the answer."""
        item = self.runs.items[lease.key]
        if item.answer is None:
            return None
        self.runs.held(lease)
        sealed, item.answer = item.answer, None
        return sealed

    def all(self) -> Iterator[Wait]:
        """Give what waits."""
        waits = [item.wait for item in self.runs.items.values() if item.wait is not None]
        return iter(sorted(waits, key=lambda wait: wait.until))

    def _current(self, key: IntegrationKey, sync_id: str) -> LeaseItem | None:
        """Give the lease item of a run, if that is the current one."""
        item = self.runs.items.get(key)
        return item if item and item.run and item.run.sync_id == sync_id else None


@dataclass
class MemoryQuotas:
    """What was counted, by owner, account and scope."""

    clock: Clock
    items: dict[tuple[str, str, str], Reads] = field(default_factory=dict)

    def of(self, key: IntegrationKey) -> "MemoryQuota":
        """Count for an owner."""
        return MemoryQuota(self, key.owner)


@dataclass
class MemoryQuota:
    """What counts for one owner."""

    all: MemoryQuotas
    owner: str

    def take(self, account: str, scope: str, most: int) -> None:
        """Count one."""
        place = (self.owner, account, scope)
        self.all.items[place] = self._read(account, scope).taken(self.all.clock.now(), most)

    def told(self, account: str, scope: str, remaining: int, resets_at: datetime) -> None:
        """Note what is left."""
        told = replace(self._read(account, scope), told=remaining, resets_at=resets_at)
        self.all.items[self.owner, account, scope] = told

    def _read(self, account: str, scope: str) -> Reads:
        """Give what was counted."""
        return self.all.items.get((self.owner, account, scope), Reads())
