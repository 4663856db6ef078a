"""The services of balances: loaded when a route first needs one of them."""

from functools import cached_property

from functions.api.wired import Wired
from tidemark.services.add_up import AddUp
from tidemark.services.read_balances import ReadBalances
from tidemark.services.request_check import RequestChecks


class Balancing:
    """What shows balances, and has them checked."""

    def __init__(self, wired: Wired) -> None:
        """Put services together from these ports."""
        self._wired = wired

    @cached_property
    def checks(self) -> RequestChecks:
        """Have balances checked."""
        wired = self._wired
        return RequestChecks(
            checks=wired.balance_checks(),
            integrations=wired.integrations(),
            snapshots=wired.snapshots(),
            queue=wired.queue(),
            clock=wired.clock(),
        )

    @cached_property
    def reading(self) -> ReadBalances:
        """List balances."""
        wired = self._wired
        add_up = AddUp(wired.ledger(), wired.months(), wired.clock())
        return ReadBalances(wired.integrations(), wired.snapshots(), add_up)
