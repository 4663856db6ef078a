"""The stage: a world with a living source, bystanders, and what must hold whatever happens."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from tests.fakes.source import Row
from tests.locked import Lockbox
from tests.model.source import LivingSource
from tests.model.truth import Rows
from tests.world import KEY, START, World
from tidemark.domain.coverage import Interval, union
from tidemark.domain.integrations import Integration, IntegrationKey
from tidemark.domain.transactions import State, Transaction, imported
from tidemark.services.add_up import AddUp

STRANGER = IntegrationKey("bob", KEY.integration_id)
SISTER = IntegrationKey(KEY.owner, "intg_01J00000000000000000000001")
HOUR = timedelta(hours=1)


class Violation(AssertionError):
    """What must hold did not."""


def must(holds: object, what: str) -> None:
    """Refuse what must not be."""
    if not holds:
        raise Violation(what)


@dataclass
class Stage:
    """One integration, its source and its owner; ``claims`` is what was read to its end."""

    it: World = field(default_factory=lambda: World(LivingSource(page_size=3)))
    claims: list[Interval] = field(default_factory=list)
    sealed: dict[str, Transaction] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    disturbed: bool = False
    named: int = 0
    _heard: int = 0
    _journal: set[tuple[datetime, str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        for key in (KEY, STRANGER, SISTER):
            self.it.connect(key)
        for key in (STRANGER, SISTER):
            row = Row("B-0", "E0", START, "BTC", Decimal(1))
            made = imported(row.found(), at=START, by="sync_0")
            self.it.ledger.of(key)[made.id] = made
        self.bystanders = self._bystanders()

    @property
    def source(self) -> LivingSource:
        """Give the source."""
        source = self.it.source
        assert isinstance(source, LivingSource)
        return source

    @property
    def now(self) -> datetime:
        """Give the present moment."""
        return self.it.clock.now()

    @property
    def integration(self) -> Integration:
        """Give the integration."""
        return self.it.integrations.items[KEY]

    @property
    def locked_until(self) -> datetime | None:
        """Give until when the owner's past is locked."""
        lock = self.it.accounts.get(KEY.owner).lock
        return lock.locked_until if lock else None

    def rows(self) -> Rows:
        """Give the ledger as it is."""
        return dict(self.it.ledger.of(KEY))

    def name(self, prefix: str) -> str:
        """Give a name that was never given."""
        self.named += 1
        return f"{prefix}{self.named}"

    def locked(self) -> dict[str, Transaction]:
        """Give what lies in the locked period."""
        until = self.locked_until
        if until is None:
            return {}
        return {each.id: each for each in self.rows().values() if each.facts.occurred_at < until}

    def check(self) -> None:
        """Check what must hold at any moment."""
        must(self._bystanders() == self.bystanders, "somebody else's things were touched")
        must(self.locked() == self.sealed, "the locked period was written to")
        must(Lockbox(self.it).intact() in {True, None}, "the seal of the locked period is broken")
        self._check_balance()
        self._check_journal()
        self._check_coverage()

    def _check_balance(self) -> None:
        """The balance is the exact sum of what counts, legs as their owner words them."""
        truth: dict[str, Fraction] = {}
        for row in self.rows().values():
            for leg in row.facts.legs if row.state is State.ACTIVE else ():
                must(type(leg.amount) is Decimal, f"{row.id} is not exact")
                truth[leg.asset] = truth.get(leg.asset, Fraction(0)) + Fraction(leg.amount)
        told = AddUp(self.it.ledger, self.it.months, self.it.clock).calculated(KEY)
        must(all(type(amount) is Decimal for amount in told.values()), "a balance is not exact")
        seen = {asset: Fraction(amount) for asset, amount in told.items() if amount}
        truth = {asset: amount for asset, amount in truth.items() if amount}
        must(seen == truth, f"the balance is {seen}, not {truth}")

    def _check_journal(self) -> None:
        """Whatever is in the ledger was noted before, under the import and the moment it names."""
        chunks = self.it.journal.chunks.get(KEY.owner, [])
        for chunk in chunks[self._heard :]:
            self._journal.update((chunk.at, chunk.import_id, x) for x in chunk.transaction_ids)
        self._heard = len(chunks)
        must([chunk.number for chunk in chunks[-2:]] == list(range(1, len(chunks) + 1))[-2:], "gap")
        for row in self.rows().values():
            noted = (row.imported_at, row.import_id, row.id) in self._journal
            must(noted, f"{row.id} is not in the journal")

    def _check_coverage(self) -> None:
        """Nothing is claimed that was not read to its end."""
        for stream in self.it.coverage.read(KEY)[0].values():
            both = union([*self.claims, *stream.intervals])
            must(both == union(self.claims), "coverage claims what was not read to its end")

    def _bystanders(self) -> tuple[object, ...]:
        """Give all that belongs to others, and to the owner's other integration."""
        it = self.it
        stores = (it.ledger.items, it.months.buckets, it.coverage.items)
        parked = (it.parked.unread_rows, it.parked.pending_rows, it.parked.held_rows)
        mine = [dict(each).get(key) for each in (*stores, *parked) for key in (STRANGER, SISTER)]
        theirs = [it.integrations.items[key] for key in (STRANGER, SISTER)]
        busy = [it.runs.current(key) for key in (STRANGER, SISTER)]
        notes = (it.journal.chunks.get("bob"), it.accounts.items.get("bob"))
        records = [key for key, _ in (*it.syncs.items, *it.issues.items) if key != KEY.owner]
        return tuple(map(repr, (mine, theirs, busy, notes, records)))
