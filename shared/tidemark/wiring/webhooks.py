"""Events and webhooks: what tells of changes, and what delivers to those who want to know."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tidemark.settings import settings
from tidemark.wiring.base import clock, wire

if TYPE_CHECKING:
    from tidemark.domain import webhook_ports as ports
    from tidemark.services.deliver_webhooks import DeliverWebhooks
    from tidemark.services.tell_events import TellEvents
    from tidemark.stores.changes import Changes


@cache
def events() -> ports.Events:
    """Keep events."""
    from tidemark.stores.events import DynamoEvents

    return DynamoEvents(wire("dynamodb"), settings().events_table)


@cache
def webhooks() -> ports.Webhooks:
    """Keep endpoints and deliveries."""
    from tidemark.stores.webhooks import DynamoWebhooks

    return DynamoWebhooks(wire("dynamodb"), settings().webhooks_table)


@cache
def webhooks_queue() -> ports.WebhooksQueue:
    """Hand deliveries to workers."""
    from tidemark.aws.queue import SqsWebhooksQueue

    return SqsWebhooksQueue(wire("sqs"), settings().webhooks_queue_url)


@cache
def secret_vault() -> ports.SecretVault:
    """Seal and open the secrets of endpoints."""
    from tidemark.aws.secret_vault import KmsSecretVault

    return KmsSecretVault(wire("kms"), settings().credentials_key_id)


@cache
def receivers() -> ports.Receivers:
    """Call receivers."""
    from tidemark.webhooks.sending import HttpReceivers

    return HttpReceivers(clock(), settings().webhook_trusted_origins)


@cache
def changes() -> Changes:
    """Read what the streams of the tables tell."""
    from tidemark.domain.tellings import Source
    from tidemark.stores.changes import Changes

    here = settings()
    return Changes(
        {
            here.integrations_table: Source.INTEGRATIONS,
            here.syncs_table: Source.SYNCS,
            here.issues_table: Source.ISSUES,
            here.imports_table: Source.IMPORTS,
            here.journal_table: Source.JOURNAL,
            here.accounts_table: Source.ACCOUNTS,
            here.duplicates_table: Source.DUPLICATES,
            here.parked_table: Source.PARKED,
            here.snapshots_table: Source.SNAPSHOTS,
            here.webhooks_table: Source.WEBHOOKS,
        }
    )


@cache
def tell_events() -> TellEvents:
    """Turn changes into events."""
    from tidemark.services.tell_events import TellEvents

    return TellEvents(events(), webhooks(), webhooks_queue(), clock())


@cache
def deliver_webhooks() -> DeliverWebhooks:
    """Deliver events to endpoints."""
    import random

    from tidemark.services.deliver_webhooks import DeliverWebhooks

    return DeliverWebhooks(
        events=events(),
        webhooks=webhooks(),
        queue=webhooks_queue(),
        vault=secret_vault(),
        receivers=receivers(),
        clock=clock(),
        chance=random.random,
    )
