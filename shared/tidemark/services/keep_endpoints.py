"""The endpoints of an owner: made, changed, given another secret, tried, removed."""

import base64
import secrets
from dataclasses import dataclass, replace
from typing import NamedTuple, TypedDict

from tidemark.domain.events import Event, trial_of
from tidemark.domain.ids import is_id, new_id
from tidemark.domain.ports import Clock
from tidemark.domain.webhook_ports import Receivers, SecretVault, Webhooks
from tidemark.domain.webhooks import DAY, MOST_ENDPOINTS, PREFIX, DisabledReason, Endpoint
from tidemark.errors import Conflict, NotFound, StaleVersion
from tidemark.services.tell_events import TellEvents
from tidemark.services.write_integration import BUSY

_SECRET_BYTES = 32


class EndpointChanges(TypedDict, total=False):
    """What an owner may change; what is not named stays."""

    url: str
    event_types: tuple[str, ...]
    description: str | None
    enabled: bool


class WithSecret(NamedTuple):
    """An endpoint and its new secret, which is told this once."""

    endpoint: Endpoint
    secret: str


@dataclass(frozen=True)
class KeepEndpoints:
    """Keeps endpoints. Secrets are made here, sealed, and told to nobody but their owner."""

    webhooks: Webhooks
    vault: SecretVault
    receivers: Receivers
    telling: TellEvents
    clock: Clock

    def create(self, owner: str, facts: EndpointChanges) -> WithSecret:
        """Make an endpoint.

        Raises:
            Invalid: the URL may not be called.
            Conflict: code ``too_many_endpoints``.
        """
        if len(self.webhooks.endpoints(owner)) >= MOST_ENDPOINTS:
            message = f"An owner has {MOST_ENDPOINTS} endpoints at most."
            raise Conflict(message, "too_many_endpoints")
        self.receivers.check(facts["url"])
        now = self.clock.now()
        endpoint_id, secret = new_id(PREFIX, now), secrets.token_bytes(_SECRET_BYTES)
        sealed = self.vault.seal(owner, endpoint_id, secret)
        made = Endpoint(
            owner=owner,
            id=endpoint_id,
            url=facts["url"],
            event_types=facts["event_types"],
            created_at=now,
            sealed=sealed,
            description=facts.get("description"),
            enabled=facts.get("enabled", True),
            disabled_reason=None if facts.get("enabled", True) else DisabledReason.OWNER,
        )
        self.webhooks.add(made)
        return WithSecret(made, spell_secret(secret))

    def owned(self, owner: str) -> list[Endpoint]:
        """Give all of an owner's, oldest first."""
        return self.webhooks.endpoints(owner)

    def get(self, owner: str, endpoint_id: str) -> Endpoint:
        """Give one. Raises NotFound."""
        return endpoint_of(self.webhooks, owner, endpoint_id)

    def change(self, owner: str, endpoint_id: str, changes: EndpointChanges) -> Endpoint:
        """Change some facts; who enables an endpoint has it begin anew.

        Raises:
            NotFound, Conflict
            Invalid: the URL may not be called.
        """
        present = self.get(owner, endpoint_id)
        if "url" in changes:
            self.receivers.check(changes["url"])
        changed = replace(present, **changes, version=present.version + 1)
        if "enabled" not in changes:
            self._write(changed)
            return changed
        reason = None if changes["enabled"] else DisabledReason.OWNER
        self._write(replace(changed, disabled_reason=reason))
        self.webhooks.note_health(changed, None, None)
        return self.get(owner, endpoint_id)

    def rotate(self, owner: str, endpoint_id: str) -> WithSecret:
        """Give an endpoint another secret; for a day the one before signs, too.

        Raises:
            NotFound, Conflict
        """
        present, now = self.get(owner, endpoint_id), self.clock.now()
        secret = secrets.token_bytes(_SECRET_BYTES)
        rotated = replace(
            present,
            sealed=self.vault.seal(owner, endpoint_id, secret),
            previous=present.sealed,
            previous_until=now + DAY,
            rotated_at=now,
            version=present.version + 1,
        )
        self._write(rotated)
        return WithSecret(rotated, spell_secret(secret))

    def remove(self, owner: str, endpoint_id: str) -> None:
        """Remove an endpoint: it gets nothing more. Raises NotFound."""
        self.webhooks.remove(owner, self.get(owner, endpoint_id).id)

    def test(self, owner: str, endpoint_id: str) -> Event:
        """Have an event of its own sent to an endpoint.

        Raises:
            NotFound
            Conflict: code ``endpoint_disabled``.
        """
        refuse_disabled(self.get(owner, endpoint_id))
        event = trial_of(owner, endpoint_id, self.clock.now())
        self.telling.events.add(event)
        self.telling.deliver(event, endpoint_id)
        return event

    def _write(self, endpoint: Endpoint) -> None:
        """Write over the version before. Raises Conflict."""
        try:
            self.webhooks.replace(endpoint, endpoint.version - 1)
        except StaleVersion:
            raise Conflict(BUSY, "busy") from None


def endpoint_of(webhooks: Webhooks, owner: str, endpoint_id: str) -> Endpoint:
    """Give an endpoint of an owner. Raises NotFound."""
    found = webhooks.endpoint(owner, endpoint_id) if is_id(PREFIX, endpoint_id) else None
    if found is None:
        raise NotFound
    return found


def refuse_disabled(endpoint: Endpoint) -> None:
    """Refuse to send to an endpoint that is disabled. Raises Conflict."""
    if not endpoint.enabled:
        raise Conflict("The endpoint is disabled. Enable it first.", "endpoint_disabled")


def spell_secret(secret: bytes) -> str:
    """Spell a secret as receivers' libraries take it."""
    return f"whsec_{base64.b64encode(secret).decode()}"
