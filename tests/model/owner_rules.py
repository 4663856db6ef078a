"""What the owner does."""

from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.model.acting import AGES, LEGS, PICKS, Acting, Age, Amounts
from tests.model.weather import Weather
from tests.world import KEY
from tidemark.domain.integrations import DeletedPolicy
from tidemark.domain.legs import Kind, Leg, Role
from tidemark.domain.transactions import Origin
from tidemark.domain.wording import Said, SaidLeg

BRIEF = st.builds(Weather, killed_at=st.sampled_from([0, 0, 0, 0, 3, 5, 7, 9, 10, 11, 12, 14]))
EDITS = st.sampled_from(["exclude", "include", "delete", "delete", "forget"])


class OwnerRules(Acting):
    """The rules of the owner."""

    @precondition(lambda self: self.stage.rows())
    @rule(pick=PICKS, how=EDITS, weather=BRIEF)
    def edit(self, pick: int, how: str, weather: Weather) -> None:
        """The owner changes a transaction's state."""
        getattr(self.owner, how)(self.inner(pick), weather)

    @precondition(lambda self: self.stage.rows())
    @rule(pick=PICKS, age=AGES, what=st.sampled_from(["time", "legs", "note", ""]), weather=BRIEF)
    def word(self, pick: int, age: Age, what: str, weather: Weather) -> None:
        """The owner words a transaction otherwise, or takes that back."""
        said: dict[str, Said] = {
            "time": {"occurred_at": self.time_of(age)},
            "legs": {"legs": [SaidLeg("ETH", Decimal("1.5"), Role.PRINCIPAL)]},
            "note": {"note": self.stage.name("note ")},
            "": {},
        }
        self.owner.word(self.inner(pick), said[what], weather)

    @precondition(lambda self: self.stage.rows())
    @rule(pick=PICKS)
    def restore(self, pick: int) -> None:
        """The owner wants a deleted one back."""
        self.owner.restore(self.inner(pick))

    @rule(age=AGES, legs=LEGS, origin=st.sampled_from([Origin.MANUAL, Origin.FILE]))
    def write_down(self, age: Age, legs: Amounts, origin: Origin) -> None:
        """The owner makes one by hand, or has a file with one."""
        made = [_leg(f"{n}", asset, amount) for n, (asset, amount) in enumerate(legs)]
        self.owner.write_down(self.time_of(age), made, origin)

    @rule(age=AGES, none=st.booleans())
    def start(self, age: Age, none: bool) -> None:  # noqa: FBT001 - as hypothesis gives it
        """The owner moves the start date, or wants the complete history."""
        at = None if none else min(self.time_of(age), self.stage.now)
        self.owner.change({"start_date": at})

    @rule(policy=st.sampled_from(DeletedPolicy))
    def choose(self, policy: DeletedPolicy) -> None:
        """The owner chooses what becomes of deleted ones."""
        self.owner.change({"deleted": policy})

    @rule(how=st.sampled_from(["pause", "resume", "resume", "deactivate", "reactivate"]))
    def halt(self, how: str) -> None:
        """The owner wants no syncs, or wants them again."""
        self.owner.halt(how)

    @rule(age=AGES, none=st.booleans())
    def lock(self, age: Age, none: bool) -> None:  # noqa: FBT001 - as hypothesis gives it
        """The owner locks the past, or unlocks it."""
        self.owner.lock(None if none else min(self.time_of(age), self.stage.now))

    @precondition(lambda self: self.stage.it.parked.held(KEY))
    @rule(pick=PICKS, how=st.sampled_from(["accept", "reject"]))
    def decide(self, pick: int, how: str) -> None:
        """The owner decides on a held one."""
        held = self.stage.it.parked.held(KEY)
        self.owner.decide(held[pick % len(held)].id, how)


def _leg(name: str, asset: str, amount: Decimal) -> Leg:
    """Make a leg."""
    return Leg(name, asset, amount, Role.PRINCIPAL, asset, Kind.UNKNOWN)
