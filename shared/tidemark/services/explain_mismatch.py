"""Finding out about a mismatch: the transaction where it begins, and what may explain it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tidemark.domain.account_timelines import AccountTimelines, Break
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

        accounts = _by_account(facts, entries)
        try:
            if accounts:
                found = AccountTimelines(accounts, lambda each: _only(told(each), each)).parting()
            else:
                found = _break(entries, Timeline(entries, told, facts.group_span).parting())
        except LookupError:
            return None
        return None if found is None else _parting(integration.id, found)


def _by_account(
    facts: ConnectorFacts, entries: Sequence[Entry]
) -> dict[str | None, list[Entry]] | None:
    """Sort entries by account, the owner's own under None; None if the source knows of none."""
    accounts: dict[str | None, list[Entry]] = {}
    for each in entries:
        account = facts.account_of(each.id, each.source_id) if each.codes else None
        accounts.setdefault(account, []).append(each)
    return accounts if accounts.keys() - {None} else None


def _only(told: Mapping[str, Decimal], entry: Entry) -> Decimal | None:
    """Give the balance of the one currency of a bank's row."""
    return told.get(entry.codes[0])


def _break(entries: Sequence[Entry], place: int | None) -> Break | None:
    """Give the entry at a place, and the source's last one before."""
    if place is None:
        return None
    before = next((each for each in reversed(entries[:place]) if each.codes), None)
    return Break((entries[place],), before)


def _parting(integration_id: str, found: Break) -> Parting:
    """Name the transaction, if it can only be one."""
    if len(found.rows) > 1:
        return Parting(found.at, None, ())
    (here,) = found.rows
    sides = tuple(each.source_id for each in (found.front, here) if each is not None)
    return Parting(here.at, transaction_id(integration_id, here.id), sides)
