"""A small world to sync in: the services over stores in memory and one source."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from tests.canaries import API_KEY
from tests.fakes import watched
from tests.fakes.source import FakeSource, trades
from tests.judged import judging
from tests.priced import Priced
from tests.telling import TellingWorld
from tests.world_parts import Parts
from tidemark.domain.integrations import Integration, IntegrationKey, IntegrationKind
from tidemark.domain.pages import Window
from tidemark.domain.steps import Outcome, StepResult, Worker
from tidemark.domain.syncs import Mode, Sync
from tidemark.domain.transactions import State
from tidemark.services.amend import Amend
from tidemark.services.ask_balances import AskBalances
from tidemark.services.await_owner import AwaitOwner
from tidemark.services.check_balances import CheckBalances
from tidemark.services.commit import Books
from tidemark.services.drive_sync import DriveSync, Redrive
from tidemark.services.find_duplicates import FindDuplicates
from tidemark.services.finish_sync import FinishSync
from tidemark.services.pairs import Pairs
from tidemark.services.request_sync import SyncRequests
from tidemark.services.sync_step import SyncStep
from tidemark.services.wake import Wake

KEY = IntegrationKey("alice", "intg_01J00000000000000000000000")
START = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass
class World(Parts, Priced, TellingWorld):
    """Parts that work together."""

    def connect(
        self,
        key: IntegrationKey = KEY,
        connector: str = "fake",
        credentials: Mapping[str, str] = MappingProxyType({"api_key": API_KEY}),
        **facts: Any,  # noqa: ANN401
    ) -> IntegrationKey:
        """Add an integration, of the fake source unless told otherwise."""
        sealed = self.vault.seal(key, credentials)
        checked = {"created_at": START, "rights_checked_at": self.clock.now()}
        given = {"name": "Fake", "sealed": sealed, **checked, **facts}
        kind = given.pop("kind", IntegrationKind.EXCHANGE)
        self.integrations.add(Integration(key, connector, kind, **given))
        return key

    @property
    def sources(self) -> Any:  # noqa: ANN401 - the connectors, or the one of them
        """Give what opens sources."""
        return self.connectors or self.source

    def see(self, store: object) -> Any:  # noqa: ANN401 - the same type as the store
        """Give a store whose calls are watched."""
        return watched(store, self.watch)

    @property
    def stepping(self) -> SyncStep:
        """Give the step."""
        books = Books(
            self.see(self.ledger),
            self.see(self.journal),
            self.see(self.months),
            self.see(self.runs),
            self.see(self.parked),
            self.see(self.issues),
            self.see(self.accounts),
            self.clock,
        )
        return SyncStep(
            books,
            self.see(self.integrations),
            self.see(self.coverage),
            self.sources,
            self.vault,
            AwaitOwner(
                books.runs, self.see(self.syncs), self.see(self.waits), self.vault, self.clock
            ),
            self.quotas,
            self.licences,
        )

    @property
    def finishing(self) -> FinishSync:
        """Give the end of a sync."""
        stores = (self.integrations, self.runs, self.syncs, self.coverage, self.parked, self.issues)
        ports = (self.metrics, self.clock, self.finding, self.values_queue)
        return FinishSync(*map(self.see, stores), *ports)

    @property
    def finding(self) -> FindDuplicates:
        """Give what finds possible duplicates."""
        stores = (self.duplicates, self.ledger, self.integrations, self.issues)
        pairs = Pairs(*map(self.see, stores), self.clock)
        return FindDuplicates(pairs, self.see(self.syncs), self.files_queue)

    @property
    def checking(self) -> CheckBalances:
        """Give the balance check."""
        asking = AskBalances(self.sources, self.vault, self.quotas)
        stores = (self.see(self.integrations), self.see(self.runs))
        return CheckBalances(*stores, asking, judging(self), self.clock)

    @property
    def requests(self) -> SyncRequests:
        """Give the owner's way to syncs."""
        return SyncRequests(
            self.see(self.integrations),
            self.see(self.runs),
            self.see(self.syncs),
            self.queue,
            self.workflow,
            self.clock,
            self.finishing,
            self.waking,
        )

    @property
    def waking(self) -> Wake:
        """Give what wakes executions."""
        return Wake(self.see(self.runs), self.see(self.waits), self.workflow)

    @property
    def redrive(self) -> Redrive:
        """Give what finds runs that nobody drives."""
        return Redrive(self.see(self.runs), self.workflow, self.clock)

    @property
    def amending(self) -> Amend:
        """Give the owner's hand."""
        return Amend(
            self.see(self.ledger),
            self.see(self.journal),
            self.see(self.months),
            self.see(self.accounts),
            self.see(self.integrations),
            self.clock,
        )

    @property
    def driving(self) -> DriveSync:
        """Give what drives a queued sync."""
        return DriveSync(self.stepping, self.checking, self.finishing, self.workflow)

    def request(
        self,
        mode: Mode = Mode.INCREMENTAL,
        window: Window | None = None,
        **more: Any,  # noqa: ANN401
    ) -> Sync:
        """Ask for a sync of the integration."""
        return self.requests.request(KEY.owner, [KEY.integration_id], mode, window, **more)[0]

    def worker(self, name: str = "w", life: timedelta = timedelta(minutes=2)) -> Worker:
        """Be a worker that has some time left."""
        return Worker(name, self.clock.now() + life)

    def drive(self, sync: Sync, budget: timedelta = timedelta(minutes=1)) -> StepResult:
        """Drive a sync once."""
        return self.driving.drive(sync.key, sync.id, self.worker(), budget)

    def run(
        self,
        mode: Mode = Mode.INCREMENTAL,
        window: Window | None = None,
        **more: Any,  # noqa: ANN401
    ) -> Sync:
        """Sync to the end, waiting as asked, and give the record."""
        sync = self.request(mode, window, **more)
        return self.finish(sync)

    def finish(self, sync: Sync) -> Sync:
        """Drive a sync until it has ended."""
        for _ in range(500):
            result = self.drive(sync)
            if result.outcome in {Outcome.DONE, Outcome.STOPPED}:
                break
            if result.wait_until is not None:
                self.clock.advance(max(result.wait_until - self.clock.now(), timedelta(0)))
        return self.requests.read(sync.key.owner, sync.id)

    def digest(self) -> dict[str, tuple[Any, ...]]:
        """Give what the ledger says, without when and by which sync it was brought."""
        return {
            each.id: (each.occurred_at, tuple(sorted(each.legs)), each.state, each.origin)
            for each in self.ledger.of(KEY).values()
        }


def world(count: int = 10, page_size: int = 3, **facts: Any) -> World:  # noqa: ANN401
    """Give a world with a source of so many trades and an integration."""
    made = World(FakeSource(trades(count, start=START), page_size))
    made.connect(**facts)
    return made


def set_state(it: World, transaction_id: str, state: State) -> None:
    """Do as an owner who excludes or deletes a transaction."""
    stored = it.ledger.of(KEY)[transaction_id]
    changed = stored.tombstone() if state is State.DELETED else replace(stored, state=state)
    it.ledger.of(KEY)[transaction_id] = changed
