"""The state machine: whatever a source and an owner may do, in any order."""

from hypothesis.stateful import RuleBasedStateMachine, invariant

from tests.model.owner_rules import OwnerRules
from tests.model.source_rules import SourceRules
from tests.model.sync_rules import SyncRules

_STEPS = [0]


def steps() -> int:
    """Tell how many steps were made in this process."""
    return _STEPS[0]


class LedgerMachine(SourceRules, SyncRules, OwnerRules, RuleBasedStateMachine):
    """Everything that may happen to one integration."""

    @invariant()
    def holds(self) -> None:
        """Whatever has happened."""
        _STEPS[0] += 1
        self.stage.check()
