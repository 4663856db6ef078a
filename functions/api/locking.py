"""The services around the period lock: loaded when a route first needs one of them."""

from functools import cached_property

from functions.api.wired import Wired
from tidemark.services.amend import Amend
from tidemark.services.decide_held import DecideHeld
from tidemark.services.lock_period import LockPeriod
from tidemark.services.seal_period import Seals
from tidemark.services.stop import Stop


class Locking:
    """What locks, unlocks and seals a period, and lets its owner decide on what comes late."""

    def __init__(self, wired: Wired, amend: Amend, stop: Stop) -> None:
        """Put services together from these ports and services."""
        self._wired = wired
        self._amend = amend
        self._stop = stop

    @cached_property
    def lock(self) -> LockPeriod:
        """Lock and unlock."""
        wired = self._wired
        return LockPeriod(
            accounts=wired.accounts(),
            integrations=wired.integrations(),
            parked=wired.parked(),
            months=wired.months(),
            seals=self.seals,
            stop=self._stop,
            clock=wired.clock(),
        )

    @cached_property
    def held(self) -> DecideHeld:
        """List, accept and reject what is held."""
        wired = self._wired
        return DecideHeld(
            integrations=wired.integrations(),
            ledger=wired.ledger(),
            parked=wired.parked(),
            issues=wired.issues(),
            amend=self._amend,
            seals=self.seals,
        )

    @cached_property
    def seals(self) -> Seals:
        """Seal, and compare with what was sealed."""
        wired = self._wired
        return Seals(wired.accounts(), wired.integrations(), wired.ledger(), wired.clock())
