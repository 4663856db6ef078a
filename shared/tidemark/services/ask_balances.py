"""Asking a source what is there now."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tidemark.domain.consents import Present
from tidemark.domain.integrations import Integration, IntegrationKind
from tidemark.domain.ports import Connectors, Quotas, Vault
from tidemark.errors import RateLimited, SourceError, VaultError


@dataclass(frozen=True)
class AskBalances:
    """Asks sources; whoever does it holds the integration's lease."""

    connectors: Connectors
    vault: Vault
    quotas: Quotas

    def ask(
        self,
        integration: Integration,
        bookmarks: Mapping[str, str],
        nonce: int = 0,
        present: Present | None = None,
    ) -> dict[str, Decimal] | None:
        """Give what the source says, None when it does not say. ``present`` is who asks, if there.

        Raises:
            RateLimited: it asks to wait.
        """
        if integration.sealed is None:
            return None
        facts = self.connectors.get(integration.connector)
        try:
            credentials = self.vault.open(integration.key, integration.sealed)
            quota = self.quotas.of(integration.key)
            opened = facts.open(credentials, nonce=nonce, present=present, quota=quota)
            with opened as source:
                return source.balances(bookmarks)
        except RateLimited:
            raise
        except (SourceError, VaultError):
            return None


def has_no_source(integration: Integration) -> bool:
    """Tell whether both balances are equal by definition: nothing else could be asked.

    A bank without credentials waits for its owner's consent.
    """
    has_none = integration.sealed is None and integration.kind is not IntegrationKind.BANK
    return integration.kind is IntegrationKind.MANUAL or has_none
