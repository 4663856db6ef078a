"""The ports that the API stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tidemark.domain import ports, price_ports, webhook_ports
    from tidemark.domain.licences import Licences
    from tidemark.domain.prices import PriceSource


class Wired(Protocol):
    """Gives the ports: ``tidemark.wiring`` on AWS, anything that has them in tests."""

    def integrations(self) -> ports.Integrations:
        """Give the integrations."""

    def runs(self) -> ports.Runs:
        """Give the lease items."""

    def syncs(self) -> ports.Syncs:
        """Give the records of syncs."""

    def ledger(self) -> ports.Ledger:
        """Give the transactions."""

    def journal(self) -> ports.Journal:
        """Give the import journal."""

    def months(self) -> ports.Months:
        """Give the month buckets."""

    def coverage(self) -> ports.CoverageStore:
        """Give the coverage."""

    def parked(self) -> ports.Parked:
        """Give the parked records."""

    def issues(self) -> ports.Issues:
        """Give the issues."""

    def accounts(self) -> ports.Accounts:
        """Give what is kept of owners."""

    def licences(self) -> Licences:
        """Give the deployment's table of licences."""

    def snapshots(self) -> ports.Snapshots:
        """Give the balances as they were found."""

    def balance_checks(self) -> ports.BalanceChecks:
        """Give the balance checks that were asked for."""

    def imports(self) -> ports.Imports:
        """Give the records of imports and exports."""

    def uploads(self) -> ports.Uploads:
        """Give the files that owners bring and fetch."""

    def files_queue(self) -> ports.FilesQueue:
        """Give the queue of work on files."""

    def sheets(self) -> price_ports.Sheets:
        """Give the closes."""

    def quotes(self) -> price_ports.Quotes:
        """Give the prices of now."""

    def price_sources(self) -> Sequence[PriceSource]:
        """Give the sources of prices, in the order in which they are asked."""

    def values_queue(self) -> price_ports.ValuesQueue:
        """Give the queue of integrations to value."""

    def vault(self) -> ports.Vault:
        """Give the vault."""

    def queue(self) -> ports.Queue:
        """Give the queue of incremental syncs."""

    def workflow(self) -> ports.Workflow:
        """Give the state machine."""

    def metrics(self) -> ports.Metrics:
        """Give what operators watch."""

    def clock(self) -> ports.Clock:
        """Give the clock."""

    def waits(self) -> ports.Waits:
        """Give what wakes executions that wait for owners."""

    def public_url(self) -> str:
        """Give where owners reach the API; nothing: under the name that a request came to."""

    def connectors(self) -> ports.Connectors:
        """Give the connectors."""

    def duplicates(self) -> ports.Duplicates:
        """Give the possible duplicates."""

    def events(self) -> webhook_ports.Events:
        """Give the events."""

    def webhooks(self) -> webhook_ports.Webhooks:
        """Give the endpoints and deliveries."""

    def webhooks_queue(self) -> webhook_ports.WebhooksQueue:
        """Give the queue of deliveries."""

    def secret_vault(self) -> webhook_ports.SecretVault:
        """Give the vault of endpoints' secrets."""

    def receivers(self) -> webhook_ports.Receivers:
        """Give the receivers of webhooks."""

    def idempotency(self) -> ports.IdempotencyStore:
        """Give the answers already given."""

    def cursor_key(self) -> bytes:
        """Give the key that signs cursors."""
