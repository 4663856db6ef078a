"""Asking for balance checks, and what they found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tidemark.domain.balances import AssetBalance, Finding, Snapshot
from tidemark.domain.checks import CHECK, BalanceCheck, CheckStatus
from tidemark.domain.consents import Present
from tidemark.domain.ids import is_id, new_id
from tidemark.domain.integrations import Integration, IntegrationKey, IntegrationKind
from tidemark.domain.ports import BalanceChecks, Clock, Integrations, Queue, Snapshots
from tidemark.errors import Conflict, NotFound
from tidemark.services.ask_balances import has_no_source
from tidemark.services.find import integration_of
from tidemark.services.request_sync import refusal


@dataclass(frozen=True, slots=True)
class CheckedBalance:
    """One asset of one integration, as a check found it."""

    integration_id: str
    balance: AssetBalance
    as_of: datetime
    good_at: datetime | None
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class CheckView:
    """A check as its owner sees it. ``waiting`` are integrations that were not checked yet."""

    check: BalanceCheck
    status: CheckStatus
    rows: tuple[CheckedBalance, ...]
    waiting: tuple[str, ...]


@dataclass(frozen=True)
class RequestChecks:
    """What owners ask of balance checks."""

    checks: BalanceChecks
    integrations: Integrations
    snapshots: Snapshots
    queue: Queue
    clock: Clock

    def request(
        self, owner: str, ids: Sequence[str] | Literal["all"], present: Present | None = None
    ) -> CheckView:
        """Have the integrations checked; of "all", those that can be.

        ``present`` is who asks: of interest to banks alone.

        Raises:
            NotFound: an integration is unknown.
            Conflict: one that is named is ``paused`` or ``deactivated``.
        """
        targets = self._targets(owner, ids)
        now = self.clock.now()
        named = tuple(each.id for each in targets)
        with_bank = any(each.kind is IntegrationKind.BANK for each in targets)
        told = present if with_bank else None
        check = BalanceCheck(new_id(CHECK, now), owner, now, named, told)
        self.checks.put(check)
        for each in targets:
            self.queue.send(each.key, check.id)
        return self._view(check)

    def read(self, owner: str, check_id: str) -> CheckView:
        """Give a check and what it has found so far. Raises NotFound."""
        check = self.checks.get(owner, check_id) if is_id(CHECK, check_id) else None
        if check is None:
            raise NotFound
        return self._view(check)

    def _targets(self, owner: str, ids: Sequence[str] | Literal["all"]) -> list[Integration]:
        """Give the integrations to check."""
        if ids == "all":
            return [each for each in self.integrations.of_owner(owner) if _refused(each) is None]
        found = [integration_of(self.integrations, owner, each) for each in dict.fromkeys(ids)]
        for each in found:
            if (reason := _refused(each)) is not None:
                raise reason
        return found

    def _view(self, check: BalanceCheck) -> CheckView:
        """Find the snapshots that were taken since the check was asked for."""
        taken = {name: self._taken(check, name) for name in check.integrations}
        found = {name: each for name, each in taken.items() if each is not None}
        rows = tuple(row for name, each in found.items() for row in _rows(name, each))
        waiting = tuple(name for name in taken if name not in found)
        return CheckView(check, check.status(len(found), self.clock.now()), rows, waiting)

    def _taken(self, check: BalanceCheck, integration_id: str) -> Snapshot | None:
        """Give what was found of one integration."""
        key = IntegrationKey(check.owner, integration_id)
        return self.snapshots.first_since(key, check.requested_at)


def _refused(integration: Integration) -> Conflict | None:
    """Say why an integration cannot be checked, if so."""
    if has_no_source(integration) and not (integration.deleting or integration.deactivated):
        return None
    return refusal(integration)


def _rows(integration_id: str, snapshot: Snapshot) -> list[CheckedBalance]:
    """Give what a snapshot says, by asset."""
    findings = {each.asset: each for each in snapshot.findings}
    return [
        CheckedBalance(
            integration_id,
            each,
            snapshot.as_of,
            snapshot.good.get(each.asset),
            findings.get(each.asset),
        )
        for each in snapshot.balances
    ]
