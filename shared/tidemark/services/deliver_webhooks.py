"""Deliver webhooks: one attempt at a time, until the receiver has it or a day is over.

Messages may come twice, late, or too early: what counts is the delivery's own record. Whoever
tries moves its ``next_at`` on first, so that of two workers one tries; a worker that dies leaves
it due again a minute later.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from tidemark.domain.events import Event
from tidemark.domain.ports import Clock
from tidemark.domain.webhook_ports import Events, Receivers, SecretVault, Webhooks, WebhooksQueue
from tidemark.domain.webhooks import (
    CLAIM,
    PATIENCE,
    REST,
    Answered,
    Attempt,
    Delivery,
    DeliveryState,
    DisabledReason,
    Endpoint,
    Failure,
    next_try,
)
from tidemark.errors import StaleVersion, VaultError

_FINE = range(200, 300)
_BUSY = frozenset({429, 503})


@dataclass(frozen=True)
class DeliverWebhooks:
    """Delivers events to endpoints. ``chance`` gives 0 to 1: retries are to spread."""

    events: Events
    webhooks: Webhooks
    queue: WebhooksQueue
    vault: SecretVault
    receivers: Receivers
    clock: Clock
    chance: Callable[[], float]

    def deliver(self, owner: str, event_id: str, endpoint_id: str) -> None:
        """Look at a delivery: try it if it is due, else wait for its time."""
        delivery = self.webhooks.delivery(owner, event_id, endpoint_id)
        if delivery is None or delivery.state is not DeliveryState.PENDING:
            return
        event = self.events.get(owner, event_id)
        endpoint = self.webhooks.endpoint(owner, endpoint_id)
        if event is None or endpoint is None or not endpoint.enabled:
            self.webhooks.move(delivery, replace(delivery, state=DeliveryState.CANCELED))
            return
        now = self.clock.now()
        due = max(delivery.next_at, min(endpoint.rest_until or now, delivery.until))
        if due > now:
            self.queue.send(delivery, due - now)
            return
        self._try(event, endpoint, delivery, now)

    def _try(self, event: Event, endpoint: Endpoint, delivery: Delivery, now: datetime) -> None:
        """Try once, if nobody else does, and say what comes next."""
        claimed = replace(delivery, next_at=now + CLAIM)
        if not self.webhooks.move(delivery, claimed):
            self.queue.send(delivery, CLAIM)
            return
        answered = self._send(event, endpoint, now)
        if answered.status in _FINE:
            self._note(claimed, answered, state=DeliveryState.DELIVERED)
            self._well(endpoint)
        elif answered.gone:
            self._note(claimed, answered, state=DeliveryState.FAILED)
            self._disable(endpoint, DisabledReason.GONE)
        else:
            self._again(endpoint, claimed, answered)

    def _send(self, event: Event, endpoint: Endpoint, now: datetime) -> Answered:
        """Post the event, signed with all secrets that count."""
        try:
            secrets = [
                self.vault.open(endpoint.owner, endpoint.id, sealed)
                for sealed in endpoint.secrets(now)
            ]
        except VaultError:
            return Answered(failure=Failure.SECRET)
        body = json.dumps(event.body, separators=(",", ":"), ensure_ascii=False).encode()
        return self.receivers.send(endpoint.url, event.id, body, secrets)

    def _note(
        self,
        claimed: Delivery,
        answered: Answered,
        *,
        state: DeliveryState = DeliveryState.PENDING,
        next_at: datetime | None = None,
    ) -> None:
        """Write down an attempt and what follows, unless its owner asked anew in between."""
        attempt = Attempt(self.clock.now(), answered.status, answered.failure)
        noted = replace(
            claimed,
            state=state,
            next_at=next_at or claimed.next_at,
            tries=claimed.tries + 1,
            attempts=claimed.with_attempt(attempt),
        )
        self.webhooks.move(claimed, noted)

    def _again(self, endpoint: Endpoint, claimed: Delivery, answered: Answered) -> None:
        """Have it tried again later, or give it up."""
        now = self.clock.now()
        wait = answered.retry_after if answered.status in _BUSY else None
        following = next_try(claimed.tries + 1, now, claimed.until, wait, self.chance())
        if following is None:
            self._note(claimed, answered, state=DeliveryState.FAILED)
        else:
            self._note(claimed, answered, next_at=following)
            self.queue.send(claimed, following - now)
        self._unwell(endpoint, answered, now, given_up=following is None)

    def _well(self, endpoint: Endpoint) -> None:
        """Note that an endpoint works again."""
        if endpoint.failing_since is not None or endpoint.rest_until is not None:
            self.webhooks.note_health(endpoint, None, None)

    def _unwell(
        self, endpoint: Endpoint, answered: Answered, now: datetime, *, given_up: bool
    ) -> None:
        """Note that an endpoint fails; one that did for days is disabled."""
        since = endpoint.failing_since or now
        rest = now + REST if answered.failure is Failure.TIMEOUT else None
        if endpoint.failing_since is None or rest is not None:
            self.webhooks.note_health(endpoint, since, rest)
        if given_up and now - since >= PATIENCE:
            self._disable(endpoint, DisabledReason.FAILING)

    def _disable(self, endpoint: Endpoint, reason: DisabledReason) -> None:
        """Send nothing more to an endpoint, unless its owner changed it in between."""
        off = replace(endpoint, enabled=False, disabled_reason=reason, version=endpoint.version + 1)
        try:
            self.webhooks.replace(off, endpoint.version)
        except StaleVersion:
            return
