"""Asking for an owner's consent at a bank: a link to open, kept until the owner comes back."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tidemark.domain.asking import LONGEST_ASK
from tidemark.domain.consents import Need
from tidemark.domain.integrations import Integration
from tidemark.domain.ports import Clock, Connectors, Integrations, Runs
from tidemark.domain.waits import PendingConsent
from tidemark.errors import Conflict, FieldError, Invalid
from tidemark.services.consent_states import ConsentStates
from tidemark.services.find import integration_of
from tidemark.services.rotate_credentials import RotateCredentials
from tidemark.services.write_integration import edit


@dataclass(frozen=True)
class LinkConsent:
    """Gets links from banks."""

    connectors: Connectors
    states: ConsentStates
    clock: Clock

    def asked(self, integration: Integration, return_to: str) -> Integration:
        """Give the integration with a consent that is waited for; nothing is stored.

        Raises:
            SourceError: there is no such bank, or nobody answers.
        """
        nonce = secrets.token_urlsafe(16)
        state = self.states.sign(integration.key, nonce)
        with self.connectors.get(integration.connector).open(integration.extra) as source:
            link = source.link(state, return_to)
        until = min(link.until, self.clock.now() + LONGEST_ASK)
        return replace(integration, pending=PendingConsent(link.url, until, nonce, link.keep))


@dataclass(frozen=True)
class Reconnect:
    """Connects integrations again in place: banks by consent, others by credentials."""

    integrations: Integrations
    runs: Runs
    connectors: Connectors
    linking: LinkConsent
    rotating: RotateCredentials
    clock: Clock

    def reconnect(
        self,
        owner: str,
        integration_id: str,
        credentials: Mapping[str, object] | None,
        return_to: str,
    ) -> Integration:
        """Use other credentials from now on; of a bank, ask for a consent in place of the old.

        The old one is used until the owner has given the new one.

        Raises:
            NotFound, Invalid, SourceError
            Conflict: code ``another_account``: another bank was named; else as ``rotate`` does.
        """
        present = integration_of(self.integrations, owner, integration_id)
        facts = self.connectors.get(present.connector)
        if facts.by_consent:
            if credentials is not None and facts.check(credentials) != dict(present.extra):
                raise Conflict("This is another bank: connect it on its own.", "another_account")
            return self._linked(present, return_to)
        if credentials is None:
            error = FieldError("/credentials", "Field required")
            raise Invalid("The request is not valid.", [error])
        return self.rotating.rotate(owner, integration_id, credentials)

    def _linked(self, present: Integration, return_to: str) -> Integration:
        """Keep a new link, unless a sync waits at one that is still good."""
        if self._is_waited_for(present):
            return present
        asked = self.linking.asked(present, return_to)
        return edit(self.integrations, present.key, lambda old: replace(old, pending=asked.pending))

    def _is_waited_for(self, present: Integration) -> bool:
        """Tell whether the first sync waits for the consent that was asked for."""
        run, pending = self.runs.current(present.key), present.pending
        if run is None or run.waiting is None or pending is None or present.sealed is not None:
            return False
        return run.waiting.need is Need.CONSENT and self.clock.now() < pending.until
