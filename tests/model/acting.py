"""What the rules of the state machine share: who acts, and how times and rows are picked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from tests.fakes.source import Row
from tests.model.owner import Owner
from tests.model.stage import HOUR, Stage
from tests.model.syncing import Syncing
from tidemark.domain.transactions import Origin

Age = tuple[str, int]
Amounts = Sequence[tuple[str, Decimal]]

AGES = st.tuples(
    st.sampled_from(["now", "now", "edge", "start", "lock", "same"]), st.integers(-2, 60)
)
LEGS = st.lists(
    st.tuples(st.sampled_from(["BTC", "EUR"]), st.decimals(-9, 9, places=4)), min_size=1, max_size=3
)
PICKS = st.integers(0, 50)


class Acting:
    """The stage, and those who act on it."""

    def __init__(self) -> None:
        """Begin with nothing but a connection."""
        super().__init__()
        self.stage = Stage()
        self.syncing = Syncing(self.stage)
        self.owner = Owner(self.stage, self.syncing)

    def time_of(self, age: Age) -> datetime:
        """Give a moment: some hours ago, or just around a place where something ends."""
        near, number = age
        now = self.stage.now
        ends = {
            "edge": self._edge(),
            "start": self.stage.integration.start_date,
            "lock": self.stage.locked_until,
            "same": self.row(number).at if near == "same" and self.stage.source.rows else None,
        }
        end = ends.get(near)
        if end is None:
            return now.replace(minute=0, second=0, microsecond=0) - 6 * number * HOUR
        return end if near == "same" else end + timedelta(seconds=number % 16 - 10)

    def _edge(self) -> datetime | None:
        """Give from when the next incremental sync reads, as far as one can tell."""
        rows = [row for row in self.stage.rows().values() if row.origin is Origin.SOURCE]
        times = [row.occurred_at for row in rows if row.occurred_at < self.stage.now]
        ends = [each.until for each in self.stage.claims[-1:]]
        return min([*ends, max(times)]) - self.stage.source.overlap if times and ends else None

    def row(self, pick: int) -> Row:
        """Give one of the source's rows."""
        rows = sorted(self.stage.source.rows, key=lambda row: row.id)
        return rows[pick % len(rows)]

    def inner(self, pick: int) -> str:
        """Give one of the ledger's transactions."""
        rows = sorted(self.stage.rows())
        return rows[pick % len(rows)]
