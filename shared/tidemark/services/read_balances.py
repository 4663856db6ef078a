"""Balances per integration and asset: what the source says, and what the transactions say."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tidemark.domain.balances import AssetBalance, Snapshot, pair_up
from tidemark.domain.integrations import Integration, IntegrationKind
from tidemark.domain.ports import Integrations, Snapshots
from tidemark.services.add_up import AddUp
from tidemark.services.find import in_group, integration_of, with_transactions


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One asset of one integration; ``as_of`` (UTC) is when the source was asked."""

    integration_id: str
    balance: AssetBalance
    as_of: datetime | None

    @property
    def place(self) -> tuple[str, str]:
        """Say where the row is in the list."""
        return self.integration_id, self.balance.asset


@dataclass(frozen=True)
class ReadBalances:
    """Lists balances. Calculated ones are of a moment, synced ones of the last check up to it."""

    integrations: Integrations
    snapshots: Snapshots
    add_up: AddUp

    def rows(
        self,
        owner: str,
        integration_id: str | None,
        after: tuple[str, str] | None,
        group: str | None = None,
        at: datetime | None = None,
    ) -> Iterator[BalanceRow]:
        """Go through balances after a place, by integration and asset, lazily.

        ``at`` None: as they are now; else as they were before that moment (UTC).

        Those of deactivated integrations are left out, and those of other groups if one is named.
        Raises NotFound for an integration that is not the owner's.
        """
        if integration_id is None:
            own = with_transactions(self.integrations, owner)
        else:
            own = [integration_of(self.integrations, owner, integration_id)]
        counted = (each for each in in_group(own, group) if not each.deactivated)
        behind = (each for each in counted if after is None or each.id >= after[0])
        rows = (row for each in behind for row in self._rows(each, at))
        return (row for row in rows if after is None or row.place > after)

    def _rows(self, integration: Integration, at: datetime | None) -> Iterator[BalanceRow]:
        """Give one integration's balances, by asset."""
        calculated = self._calculated(integration, at)
        if integration.kind is IntegrationKind.MANUAL:
            synced: dict[str, Decimal] | None = calculated
            as_of: datetime | None = at or self.add_up.clock.now()
        else:
            snapshot = self.snapshots.last(integration.key, at)
            synced = _synced(snapshot)
            as_of = snapshot.as_of if snapshot else None
        for balance in pair_up(synced, calculated):
            yield BalanceRow(integration.id, balance, as_of)

    def _calculated(self, integration: Integration, at: datetime | None) -> dict[str, Decimal]:
        """Add up what counts."""
        if at is None:
            return self.add_up.calculated(integration.key)
        return self.add_up.calculated_at(integration.key, at)


def _synced(snapshot: Snapshot | None) -> dict[str, Decimal] | None:
    """Give what the source said at the last check, or None when it said nothing."""
    if snapshot is None:
        return None
    said = {each.asset: each.synced for each in snapshot.balances if each.synced is not None}
    return said if said or not snapshot.balances else None
