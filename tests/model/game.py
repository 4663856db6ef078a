"""One cell of the matrix, played: one kind of row, one way in which a source's rows come.

Where a source meets what is there already (files, a manual integration), the owner acts on the row
that is there, and the source shows its twin.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from functions.api.shapes.transactions import TransactionShape
from tests.canaries import API_KEY
from tests.fakes.source import Row
from tests.keyed import Catalogue, Office, manual, write_down
from tests.locked import impose
from tests.model.source import LivingSource
from tests.world import KEY, START, World
from tidemark.domain.ids import transaction_id
from tidemark.domain.integrations import DeletedPolicy, ImportMode, IntegrationKey
from tidemark.domain.legs import Kind
from tidemark.domain.pages import Window
from tidemark.domain.syncs import Mode, Sync
from tidemark.domain.transactions import Origin, State, Transaction
from tidemark.services.connect import NewIntegration
from tidemark.services.convert import Conversion
from tidemark.services.edit_integrations import Changes
from tidemark.services.edit_transactions import EditTransactions
from tidemark.services.read_transactions import ReadTransactions

THERE = {"untouched", "edited", "excluded", "deleted", "forgotten"}
MEETING = {"convert", "file-all", "file-since"}
FILES = IntegrationKey(KEY.owner, "intg_01J00000000000000000000009")
DAY = timedelta(days=1)
RANGE = Window(START + 2 * DAY, START + 3 * DAY)


def row(name: str, days: float, *, readable: bool = True) -> Row:
    """Make a row of so many days after the beginning."""
    return Row(f"{name}-0", name, START + days * DAY, "BTC", Decimal("1.5"), readable=readable)


@dataclass
class Game:
    """A game of one cell. ``policy`` is what the owner has chosen for deleted ones."""

    kind: str
    way: str
    policy: DeletedPolicy = DeletedPolicy.STAY_DELETED
    source: LivingSource = field(default_factory=LivingSource)

    def __post_init__(self) -> None:
        self.it = World(self.source, connectors=Catalogue(self.source))  # type: ignore[arg-type]
        self.meeting = self.way in MEETING
        self.home = FILES if self.way.startswith("file") else KEY
        self.key = KEY
        self.source.put(row("A", 1), row("B", 3))
        if self.meeting:
            manual(self.it, self.home)
        else:
            self.it.connect(KEY, deleted=self.policy)

    @property
    def days(self) -> float:
        """Say when the row in question is: for files followed by a source, often after them."""
        return (
            3.5 if self.way == "file-since" and self.kind not in {*THERE, "before start"} else 2.5
        )

    @property
    def start(self) -> datetime | None:
        """Give the start date, if it matters."""
        return START + 2.75 * DAY if self.kind == "before start" else None

    @property
    def own(self) -> str:
        """Give the inner id of the row that is there before."""
        return "file:X-0" if self.meeting else "ledger:X"

    def play(self) -> str:
        """Play it, and say what became of the row."""
        self._prepare()
        before = dict(self.it.ledger.of(self.home))
        self._show()
        sync = self.it.finish(self._bring())
        return self._verdict(before, sync)

    def _prepare(self) -> None:
        """Have what is there before, and what the owner did with it."""
        there = [row("A", 1), row("B", 3), row("Y", 2.25)]
        if self.kind in THERE:
            there.append(row("X", self.days))
        if self.meeting:
            write_down(self.it, *there, key=self.home, origin=Origin.FILE)
        else:
            self.source.put(*there)
            self.it.run(Mode.MISSING)
        self._act()

    def _act(self) -> None:
        """Do what the owner does."""
        owner, place = self.home.owner, transaction_id(self.home.integration_id, self.own)
        if self.kind == "edited":
            self._editing.update(owner, place, {"note": "mine", "kind": Kind.REWARD})
        if self.kind in {"excluded", "deleted"}:
            getattr(self._editing, self.kind[:-1])(owner, place)
        if self.kind == "forgotten":
            self._editing.forget(owner, place)
        if self.kind == "before start" and not self.meeting:
            self._change({"start_date": self.start})
        if self.kind == "in a locked period":
            impose(self.it, START + (self.days + 0.1) * DAY)

    @property
    def _editing(self) -> EditTransactions:
        """Give the owner's edits."""
        it = self.it
        reading = ReadTransactions(it.integrations, it.ledger, it.journal, it.parked)
        return EditTransactions(reading, it.ledger, it.amending, it.sources, it.requests)

    def _change(self, changes: Changes) -> None:
        """Change the integration."""
        Office(self.it).edit.change(KEY.owner, KEY.integration_id, changes)

    def _show(self) -> None:
        """Have the source show the row, in its way."""
        if self.kind == "pending":
            self.source.announce(row("X", self.days))
        else:
            self.source.put(row("X", self.days, readable=self.kind != "unreadable"))

    def _bring(self) -> Sync:
        """Begin the sync that brings the source's rows."""
        office, credentials = Office(self.it), {"api_key": API_KEY}
        if self.way == "convert":
            changes: Changes = {"start_date": self.start}
            wanted = Conversion("fake", credentials, ImportMode.ALL, changes)
            return begun(office.convert.convert(KEY.owner, KEY.integration_id, wanted))
        if self.meeting:
            since = self.way == "file-since"
            mode = ImportMode.SINCE_LAST_TRANSACTION if since else ImportMode.ALL
            new = NewIntegration(KEY.owner, "fake", "Fake", credentials, self.start, mode)
            sync = begun(office.connect.create(new))
            self.key = sync.key
            return sync
        if self.way == "reconnect":
            office.rotate.rotate(KEY.owner, KEY.integration_id, {"api_key": f"{API_KEY}-2"})
        mode_of = {"missing": Mode.MISSING, "range": Mode.RANGE}
        sync_mode = mode_of.get(self.way, Mode.INCREMENTAL)
        return self.it.request(sync_mode, RANGE if sync_mode is Mode.RANGE else None)

    def _verdict(self, before: Mapping[str, Transaction], sync: Sync) -> str:
        """Say what became of it, and of the others: nothing."""
        after = self.it.ledger.of(self.home)
        others = {each: after.get(each) for each in before if each != self.own}
        if others != {each: old for each, old in before.items() if each != self.own}:
            return "ANOTHER ONE WAS TOUCHED"
        if self.kind not in THERE:
            return self._of_source(sync)
        own = _of_own(before.get(self.own), after.get(self.own))
        return f"{own}; twin {self._of_source(sync)}" if self.meeting else own

    def _of_source(self, sync: Sync) -> str:
        """Say what became of what the source shows."""
        it, inner = self.it, "ledger:X"
        if inner in it.ledger.of(self.key):
            return "imported"
        if inner in {each.id for each in it.parked.pending(self.key)}:
            return "pending"
        if inner in {each.id for each in it.parked.held(self.key)}:
            return "held"
        if "X-0" in {each.id for each, _ in it.parked.unread(self.key)}:
            return f"kept raw, {sync.status}"
        return "not imported" + (self._flag() if self.kind == "before start" else "")

    def _flag(self) -> str:
        """Say whether the one that was imported earlier is flagged as before the start."""
        inner = "file:Y-0" if self.meeting else "ledger:Y"
        if self.way.startswith("file"):
            return ""
        place = transaction_id(KEY.integration_id, inner)
        shown: Any = TransactionShape.of(
            self._editing.reading.get(KEY.owner, place), lambda _: None
        )
        return "; earlier one flagged" if shown.before_start else "; EARLIER ONE NOT FLAGGED"


def begun(made: tuple[object, Sync | None]) -> Sync:
    """Give the sync that was begun."""
    assert made[1] is not None
    return made[1]


def _of_own(old: Transaction | None, new: Transaction | None) -> str:
    """Say what became of what was there."""
    if new is None:
        return "stays gone" if old is None else "REMOVED"
    if old == new:
        return "untouched" if new.state is State.ACTIVE else f"stays {new.state}"
    gone = old is None or old.state is State.DELETED
    fresh = (new.state, new.overlay, new.origin) == (State.ACTIVE, None, Origin.SOURCE)
    return "imported again" if gone and fresh else "TOUCHED"
