"""Following the changes of a world's transactions, and what changes them."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from tests.fakes.source import FakeSource, trades
from tests.world import KEY, START, World
from tidemark.domain.ids import transaction_id
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.transactions import State, Transaction
from tidemark.services.delete_integration import DeleteIntegration, Remains
from tidemark.services.edit_transactions import EditTransactions
from tidemark.services.read_changes import BEGINNING, Position, ReadChanges
from tidemark.services.read_transactions import ReadTransactions
from tidemark.services.stop import Stop

OTHER = IntegrationKey("alice", "intg_01J00000000000000000000001")


def following(it: World) -> ReadChanges:
    """Give the feed; readers are never killed."""
    return ReadChanges(it.integrations, it.ledger, it.journal, it.clock)


def ledger_of(it: World) -> dict[str, Transaction]:
    """Give what an owner has: everything but tombstones, without what a list leaves out."""
    return {
        transaction_id(key.integration_id, each.id): replace(each, raw=None)
        for key in (KEY, OTHER)
        for each in it.ledger.of(key).values()
        if each.state is not State.DELETED and key in it.integrations.items
    }


@dataclass
class Follower:
    """Who follows the changes with one cursor, page by page."""

    limit: int
    after: Position = BEGINNING
    view: dict[str, Transaction] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)

    def read(self, it: World) -> bool:
        """Read one page; tell whether there is more."""
        page = following(it).since("alice", self.after, self.limit)
        assert page.after >= self.after
        assert len(page) <= self.limit
        for lists in (page.added, page.modified):
            self.view.update({shown: row.transaction for shown, row in lists.items()})
        for shown in page.removed:
            self.view.pop(shown, None)
        for shown in (*page.added, *page.modified, *page.removed):
            self.told[shown] = self.told.get(shown, 0) + 1
        self.after = page.after
        return page.more

    def read_all(self, it: World) -> None:
        """Read all there is to be told now."""
        while self.read(it):
            pass


def world(count: int = 3) -> World:
    """Give a world with two integrations, the first of which was synced."""
    it = World(FakeSource(trades(count, start=START), page_size=4))
    it.connect(KEY)
    it.connect(OTHER)
    it.run()
    return it


def editing(it: World) -> EditTransactions:
    """Give the owner's edits, watched."""
    ledger = it.see(it.ledger)
    reading = ReadTransactions(it.integrations, ledger, it.journal, it.parked)
    return EditTransactions(reading, ledger, it.amending, it.source, it.requests)


def deleting(it: World) -> DeleteIntegration:
    """Give what deletes integrations, watched."""
    remains = Remains(
        it.see(it.ledger),
        it.see(it.months),
        it.coverage,
        it.parked,
        it.issues,
        it.snapshots,
        it.runs,
        it.see(it.journal),
    )
    stop = Stop(it.runs, it.syncs, it.clock, lambda s: it.clock.advance(timedelta(seconds=s)))
    return DeleteIntegration(
        it.see(it.integrations), remains, stop, it.accounts, it.clock, it.queue
    )


def shown(number: int, key: IntegrationKey = KEY) -> str:
    """Give the id of a trade."""
    return transaction_id(key.integration_id, f"ledger:T{number:04}")
