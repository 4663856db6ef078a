"""What the source does."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.model.acting import AGES, LEGS, PICKS, Acting, Age, Amounts
from tests.model.source import event, revised


class SourceRules(Acting):
    """The rules of the source."""

    @initialize(history=st.lists(st.tuples(AGES, LEGS), max_size=9), size=st.integers(1, 6))
    def begin(self, history: Sequence[tuple[Age, Amounts]], size: int) -> None:
        """There is a history already."""
        self.stage.source.page_size = size
        for age, legs in history:
            self.event(age, legs)

    @rule(age=AGES, legs=LEGS)
    def event(self, age: Age, legs: Amounts) -> None:
        """The source gets an event, perhaps a late one."""
        self.stage.source.put(*event(self.stage.name("E"), self.time_of(age), legs, 0))

    @precondition(lambda self: self.stage.source.rows)
    @rule(pick=PICKS, legs=LEGS)
    def late_leg(self, pick: int, legs: Amounts) -> None:
        """An event gets a leg that it did not have."""
        group = self.row(pick).group
        first = min(each.at for each in self.stage.source.rows if each.group == group)
        self.stage.name("leg")
        self.stage.source.put(*event(group, first, legs[:1], self.stage.named))

    @precondition(lambda self: self.stage.source.rows)
    @rule(pick=PICKS, how=st.sampled_from(["revised", "garbled", "mended"]))
    def told_otherwise(self, pick: int, how: str) -> None:
        """A row is told in another way, or not in a way that is understood."""
        row = self.row(pick)
        other = revised(row) if how == "revised" else replace(row, readable=how == "mended")
        self.stage.source.put(other)

    @rule(age=AGES, legs=LEGS)
    def pending(self, age: Age, legs: Amounts) -> None:
        """The source has something that it has not settled."""
        self.stage.source.announce(event(self.stage.name("P"), self.time_of(age), legs, 0)[0])

    @precondition(lambda self: self.stage.source.pending)
    @rule(pick=PICKS)
    def settled(self, pick: int) -> None:
        """It is settled."""
        rows = sorted(self.stage.source.pending)
        self.stage.source.settle(rows[pick % len(rows)])

    @rule(size=st.integers(1, 9))
    def pages(self, size: int) -> None:
        """The source gives other pages from now on."""
        self.stage.source.page_size = size

    @precondition(lambda self: self.syncing.asked)
    @rule()
    def lost_cursor(self) -> None:
        """The source forgets where a reader was."""
        self.stage.source.forgetful = True
