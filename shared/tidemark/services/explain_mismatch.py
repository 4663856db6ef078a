"""Finding out about a mismatch: the transaction where it begins, and what may explain it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tidemark.domain.balances import AssetBalance, Finding, Parting, Tip
from tidemark.domain.ids import transaction_id
from tidemark.domain.integrations import Integration
from tidemark.domain.ports import ConnectorFacts, Connectors, Ledger
from tidemark.domain.timelines import Entry, Timeline
from tidemark.services.scan_assets import Scan, scan
from tidemark.services.tips import Tips, of_asset

AT_ONCE = 2_000
"""So many transactions are gone through at the end of a sync, which is to be quick."""

MOST = 100_000
"""So many are gone through on demand."""

_ASK = Tip(
    "not_located",
    "A balance check names the transaction where the difference begins, and more of what was done.",
    "/v1/balance_checks",
)
_TOO_LONG = Tip(
    "not_located",
    "There are too many transactions to name the one where the difference begins.",
    "/v1/transactions",
)


@dataclass(frozen=True)
class ExplainMismatch:
    """Reads the transactions of an integration, ``most`` of them, for what is wrong there."""

    ledger: Ledger
    connectors: Connectors
    tips: Tips
    most: int = MOST

    def explain(
        self, integration: Integration, differing: Sequence[AssetBalance]
    ) -> tuple[Finding, ...]:
        """Give a finding for each asset that differs."""
        facts = self.connectors.get(integration.connector)
        common = self.tips.of_integration(integration, facts)
        assets = {each.asset for each in differing}
        met = scan(self.ledger, integration.key, assets, self.most)
        if not met.complete:
            common = (_TOO_LONG if self.most >= MOST else _ASK, *common)
        return tuple(
            self._finding(integration, facts, each, met, common)
            for each in differing
            if each.difference
        )

    def _finding(
        self,
        integration: Integration,
        facts: ConnectorFacts,
        balance: AssetBalance,
        met: Scan,
        common: tuple[Tip, ...],
    ) -> Finding:
        """Find out about one asset."""
        own = of_asset(integration.id, balance.asset, met)
        difference = balance.difference or Decimal(0)
        parting = None
        if met.complete:
            parting = self._parting(integration, facts, met.timelines[balance.asset])
        return Finding(balance.asset, difference, (*own, *common), parting)

    def _parting(
        self, integration: Integration, facts: ConnectorFacts, entries: Sequence[Entry]
    ) -> Parting | None:
        """Find the transaction where the balances part, if the source's records tell balances."""

        def told(entry: Entry) -> dict[str, Decimal]:
            stored = self.ledger.get(integration.key, entry.id)
            return facts.balances_after(stored.raw or "") if stored else {}

        try:
            place = Timeline(entries, told, facts.group_span).parting()
        except LookupError:
            return None
        if place is None:
            return None
        before = next((each for each in reversed(entries[:place]) if each.codes), None)
        here = entries[place]
        sides = tuple(each.source_id for each in (before, here) if each is not None)
        return Parting(here.at, transaction_id(integration.id, here.id), sides)
