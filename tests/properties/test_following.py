"""The change feed: who follows it has what the ledger has, and is told each change once."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.killer import Killed, Killer
from tests.fakes.source import trades
from tests.followed import OTHER, Follower, deleting, editing, ledger_of, shown, world
from tests.world import KEY, START, World
from tests.world_parts import unwatched
from tidemark.domain.files import Money
from tidemark.domain.ids import transaction_id
from tidemark.domain.steps import Worker
from tidemark.domain.syncs import Mode
from tidemark.domain.wording import Said
from tidemark.errors import Refused
from tidemark.services.make_transaction import MakeTransaction


@dataclass
class Life:
    """What happens to an owner's transactions, with crashes, and readers in between."""

    it: World = field(default_factory=world)
    readers: list[Follower] = field(default_factory=lambda: [Follower(1), Follower(3)])
    made: int = 3

    def sync(self, which: int) -> None:
        """Sync something new, and again what was deleted."""
        key = (KEY, OTHER)[which % 2]
        self.made += 1
        self.it.source.rows = trades(self.made, start=START)
        modes = (Mode.INCREMENTAL, Mode.MISSING)
        sync = self.it.requests.request("alice", [key.integration_id], modes[which % 3 % 2])[0]
        for _ in range(6):
            life = timedelta(minutes=2)
            worker = Worker(f"w{self.it.clock.now()}", self.it.clock.now() + life)
            self.it.driving.drive(key, sync.id, worker, timedelta(minutes=1))

    def edit(self, which: int) -> None:
        """Change one of those that are there."""
        rows = sorted(ledger_of(self.it))
        one = rows[which % len(rows)] if rows else shown(0)
        edits: list[Any] = [
            lambda: editing(self.it).update("alice", one, Said(label=f"{which}")),
            lambda: editing(self.it).exclude("alice", one),
            lambda: editing(self.it).reset("alice", one),
            lambda: editing(self.it).delete("alice", one),
            lambda: editing(self.it).forget("alice", one),
        ]
        edits[which % len(edits)]()

    def make(self, which: int) -> None:
        """Make one by hand."""
        making = MakeTransaction(self.it.integrations, self.it.amending, self.it.clock)
        said = Said(received=Money("BTC", Decimal(1)), occurred_at=START + timedelta(days=which))
        making.make("alice", (KEY, OTHER)[which % 2].integration_id, said, "{}")

    def delete(self, which: int) -> None:
        """Delete an integration with all it has; now and then only."""
        if which % 3 == 0:
            until = self.it.clock.now() + timedelta(minutes=1)
            key = (KEY, OTHER)[which % 2]
            deleting(self.it).delete(
                "alice", key.integration_id, keep_transactions=False, until=until
            )

    def connect(self, which: int) -> None:
        """Have the integrations again where they were deleted."""
        for key in (KEY, OTHER):
            if key not in self.it.integrations.items:
                self.it.connect(key)

    def glance(self, at: int) -> Callable[[str, str], None]:
        """Have the readers read a page at a moment of somebody's work."""
        moments = itertools.count(1)

        def look(_when: str, _call: str) -> None:
            if next(moments) == at:
                for reader in self.readers:
                    reader.read(self.it)

        return look

    def act(self, name: str, which: int, moment: int) -> None:
        """Do something; at any call to a store the process may die, or others may read."""
        self.it.watch = Killer(moment) if moment > 0 else self.glance(-moment)
        try:
            getattr(self, name)(which)
        except (Refused, Killed):
            pass
        finally:
            self.it.watch = unwatched

    def rest(self) -> None:
        """Let everything come to its end: what died is taken up, and all time is up."""
        self.it.clock.advance(timedelta(minutes=20))
        for key, present in list(self.it.integrations.items.items()):
            if present.deleting:
                until = self.it.clock.now() + timedelta(minutes=1)
                deleting(self.it).go_on(key, until)
        self.it.clock.advance(timedelta(minutes=20))


ACTS = st.tuples(
    st.sampled_from(["sync", "edit", "edit", "make", "delete", "connect", "read", "read", "wait"]),
    st.integers(0, 40),
    st.integers(-40, 40),
)


@settings(max_examples=150)
@given(st.lists(ACTS, max_size=14))
def test_whoever_follows_has_what_the_ledger_has(acts: list[tuple[str, int, int]]) -> None:
    """Whatever died in between, wherever the readers stood, and however small their pages are.

    Nobody is told of anything more often than it was noted.
    """
    life = Life()
    for name, which, moment in acts:
        if name == "read":
            life.readers[which % len(life.readers)].read(life.it)
            if which == 40:
                life.readers.append(Follower(7))
        elif name == "wait":
            life.it.clock.advance(timedelta(seconds=which * 20))
        else:
            life.act(name, which, moment)
    life.rest()
    noted: dict[str, int] = {}
    for chunk in life.it.journal.oldest_first("alice", 0):
        for each in chunk.transaction_ids:
            name = transaction_id(chunk.integration_id, each)
            noted[name] = noted.get(name, 0) + 1
    for reader in (*life.readers, Follower(2)):
        reader.read_all(life.it)
        assert reader.view == ledger_of(life.it)
        assert all(count <= noted[name] for name, count in reader.told.items())
        told = dict(reader.told)
        reader.read_all(life.it)
        assert reader.told == told
