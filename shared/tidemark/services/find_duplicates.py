"""Finding possible duplicates: after a sync, after a file, after a transaction made by hand.

Nothing is merged here, and what is found twice is one pair: all of it may be repeated.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from tidemark.domain.duplicates import Duplicate, is_own
from tidemark.domain.imports import FileJob, JobKind
from tidemark.domain.integrations import Integration, IntegrationKey, IntegrationKind
from tidemark.domain.pages import Window
from tidemark.domain.ports import FilesQueue, Syncs
from tidemark.services.find import with_transactions
from tidemark.services.pair_rows import PairRows
from tidemark.services.pairs import Pairs, is_open
from tidemark.services.walk_transactions import Row

_FEW, _MANY = 500, 10_000
"""The end of a sync looks for pairs itself of so few own transactions, among so many around."""


@dataclass(frozen=True)
class FindDuplicates:
    """Finds pairs within an integration, and between manual ones and all that have a source."""

    pairs: Pairs
    syncs: Syncs
    queue: FilesQueue

    def expect_own(self, key: IntegrationKey) -> None:
        """Note, before they are written, that an integration gets transactions of its owner."""
        self.pairs.duplicates.expect_own(key)

    def after_sync(self, key: IntegrationKey, sync_id: str, window: Window | None) -> bool:
        """Find what a sync brought to light; False if that is so much that a worker has to.

        An owner who never made a transaction by hand or from a file costs one look.
        """
        noted = self.pairs.duplicates.with_own(key.owner)
        if not noted or window is None:
            return True
        told = self._rows.owns(self._told_by(key, noted), window)
        owns = list(islice(told, _FEW + 1))
        if not owns or len(owns) > _FEW:
            return not owns
        return self._rows.find(owns, self._one(key), sync_id, _MANY) is not None

    def hand_on(self, owner: str, sync_id: str) -> None:
        """Have a worker find what a sync brought to light; its record has to be written."""
        self.queue.send(FileJob(owner, JobKind.FIND_DUPLICATES, sync_id))

    def __call__(self, job: FileJob, deadline: datetime) -> None:
        """Find what a sync brought to light, as a worker."""
        sync = self.syncs.get(job.owner, job.id)
        if sync is None or sync.window is None:
            return
        noted = self.pairs.duplicates.with_own(job.owner)
        owns = list(self._rows.owns(self._told_by(sync.key, noted), sync.window))
        if owns:
            self._rows.find(owns, self._one(sync.key), job.id)

    def find_for(
        self, owner: str, integration_id: str, window: Window, found_by: str
    ) -> list[Duplicate]:
        """Find pairs of the own transactions of one integration around a window; give new ones.

        ``found_by`` names the import, or the transaction, that is the cause.
        """
        key = IntegrationKey(owner, integration_id)
        self.expect_own(key)
        own = self._one(key)
        if not any(self._sources(each) for each in own):
            return []
        return self._compare(list(self._rows.owns(own, window)), found_by)

    def after_change(self, owner: str, transaction_ids: Sequence[str]) -> None:
        """Look at transactions that were made, changed or removed, by the ids that owners see.

        Pairs that no longer hold are closed; new ones of the owner's own are found.
        """
        noted = self.pairs.duplicates.with_own(owner)
        if not noted:
            return
        self.recheck(owner, transaction_ids)
        changed: dict[tuple[str, bool], list[Row]] = {}
        for row in self.pairs.rows(owner, transaction_ids).values():
            if row.transaction.counts:
                place = (row.integration.id, is_own(row.transaction))
                changed.setdefault(place, []).append(row)
        for (_, own), rows in changed.items():
            if own:
                self._compare(list(self._rows.owns_near(rows[0].integration, rows)), None)
            else:
                self._around(rows, noted)

    def _around(self, rows: Sequence[Row], noted: Collection[str]) -> None:
        """Compare one source's transactions that were changed with the own ones around them."""
        source = rows[0].integration
        told = self._told_by(source.key, noted)
        owns = [own for each in told for own in self._rows.owns_near(each, rows)]
        if owns:
            self._rows.find(owns, [source], None)

    def recheck(self, owner: str, transaction_ids: Collection[str] | None = None) -> None:
        """Close the open pairs that no longer hold: all, or those that name some transactions."""
        named = None if transaction_ids is None else frozenset(transaction_ids)
        open_ = [
            pair
            for pair in self.pairs.duplicates.of_owner(owner)
            if is_open(pair) and (named is None or named & {pair.own, pair.twin})
        ]
        self.pairs.still_open(owner, open_)

    def _compare(self, owns: Sequence[Row], found_by: str | None) -> list[Duplicate]:
        """Compare own transactions of one integration with what sources told; give new pairs."""
        if not owns:
            return []
        sources = self._sources(owns[0].integration)
        return self._rows.find(owns, sources, found_by) or []

    def _sources(self, own: Integration) -> list[Integration]:
        """Give the integrations whose sources may have told what one's owner told."""
        if own.kind is not IntegrationKind.MANUAL:
            return [own]
        every = self._all(own.key.owner)
        return [each for each in every if each.kind is not IntegrationKind.MANUAL]

    @property
    def _rows(self) -> PairRows:
        """Give what reads and pairs up."""
        return PairRows(self.pairs)

    def _all(self, owner: str) -> list[Integration]:
        """Give the owner's integrations."""
        return with_transactions(self.pairs.integrations, owner)

    def _one(self, key: IntegrationKey) -> list[Integration]:
        """Give one integration, if it is still there."""
        return [each for each in self._all(key.owner) if each.key == key]

    def _told_by(self, key: IntegrationKey, noted: Collection[str]) -> list[Integration]:
        """Give the integrations with own transactions that a sync may have brought twins of."""
        return [
            each
            for each in self._all(key.owner)
            if each.id in noted and (each.kind is IntegrationKind.MANUAL or each.key == key)
        ]
