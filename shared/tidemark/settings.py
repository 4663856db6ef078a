"""What a deployment says through its environment. Nothing else reads ``os.environ``."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tidemark.credentials import Credentials


class MissingSetting(Exception):
    """A variable that the template sets is not there: the function cannot work."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment. Tables, keys, queues, bucket and state machine are named as AWS knows them.

    ``licences`` is the JSON of a table of licences. ``sources`` are base URLs that replace
    providers' own, by connector. ``webhook_trusted_origins`` are receivers that may be anywhere,
    as in ``http://127.0.0.1:9400``. ``endpoints`` are those of AWS services (``dynamodb``, ``kms``,
    ``s3``, ``sqs``, ``sfn``) that are not AWS's own; ``""`` stands for all others.
    ``clock_offset_file`` holds seconds to add to the system clock. ``credentials`` are those that
    Lambda gives to a function; None means to look for others. ``ca_bundle`` is a file of
    certificates to trust.
    ``price_sources`` are names, in the order in which they are asked; ``prices_file`` is what the
    source ``offline`` reads.
    """

    region: str
    integrations_table: str
    runs_table: str
    syncs_table: str
    transactions_table: str
    journal_table: str
    months_table: str
    coverage_table: str
    parked_table: str
    issues_table: str
    snapshots_table: str
    idempotency_table: str
    accounts_table: str
    imports_table: str
    duplicates_table: str
    watermarks_table: str
    quotes_table: str
    closes_table: str
    events_table: str
    webhooks_table: str
    credentials_key_id: str
    cursor_key_id: str
    sync_queue_url: str
    files_queue_url: str
    values_queue_url: str
    webhooks_queue_url: str
    files_bucket: str
    state_machine_arn: str
    licences: str
    sources: Mapping[str, str]
    webhook_trusted_origins: frozenset[str]
    endpoints: Mapping[str, str]
    clock_offset_file: str | None
    credentials: Credentials | None
    ca_bundle: str | None
    price_sources: tuple[str, ...] = ()
    prices_file: str | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Settings":
        """Read an environment. Raises MissingSetting."""
        get = _Reader(environment)
        return cls(
            region=environment.get("AWS_REGION") or get("AWS_DEFAULT_REGION"),
            integrations_table=get("INTEGRATIONS_TABLE"),
            runs_table=get("RUNS_TABLE"),
            syncs_table=get("SYNCS_TABLE"),
            transactions_table=get("TRANSACTIONS_TABLE"),
            journal_table=get("JOURNAL_TABLE"),
            months_table=get("MONTHS_TABLE"),
            coverage_table=get("COVERAGE_TABLE"),
            parked_table=get("PARKED_TABLE"),
            issues_table=get("ISSUES_TABLE"),
            snapshots_table=get("SNAPSHOTS_TABLE"),
            idempotency_table=get("IDEMPOTENCY_TABLE"),
            accounts_table=get("ACCOUNTS_TABLE"),
            imports_table=get("IMPORTS_TABLE"),
            duplicates_table=get("DUPLICATES_TABLE"),
            watermarks_table=get("WATERMARKS_TABLE"),
            quotes_table=get("QUOTES_TABLE"),
            closes_table=get("CLOSES_TABLE"),
            events_table=get("EVENTS_TABLE"),
            webhooks_table=get("WEBHOOKS_TABLE"),
            credentials_key_id=get("CREDENTIALS_KEY_ID"),
            cursor_key_id=get("CURSOR_KEY_ID"),
            sync_queue_url=get("SYNC_QUEUE_URL"),
            files_queue_url=get("FILES_QUEUE_URL"),
            values_queue_url=get("VALUES_QUEUE_URL"),
            webhooks_queue_url=get("WEBHOOKS_QUEUE_URL"),
            files_bucket=get("FILES_BUCKET"),
            state_machine_arn=get("STATE_MACHINE_ARN"),
            licences=environment.get("LICENCES") or "{}",
            sources=json.loads(environment.get("SOURCES") or "{}"),
            webhook_trusted_origins=_listed(environment.get("WEBHOOK_TRUSTED_ORIGINS", "")),
            endpoints=_endpoints(environment),
            clock_offset_file=environment.get("CLOCK_OFFSET_FILE"),
            credentials=_credentials(environment),
            ca_bundle=environment.get("AWS_CA_BUNDLE") or None,
            price_sources=tuple((environment.get("PRICE_SOURCES") or "").split(",")),
            prices_file=environment.get("PRICES_FILE"),
        )

    def endpoint(self, service: str) -> str | None:
        """Give where a service of AWS is spoken to, or None for AWS's own endpoint."""
        return self.endpoints.get(service) or self.endpoints.get("")


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads variables that have to be there."""

    environment: Mapping[str, str]

    def __call__(self, name: str) -> str:
        """Read one. Raises MissingSetting."""
        if name not in self.environment:
            raise MissingSetting(name)
        return self.environment[name]


def _listed(text: str) -> frozenset[str]:
    """Read a list that is separated by commas."""
    return frozenset(each.strip() for each in text.split(",") if each.strip())


def _endpoints(environment: Mapping[str, str]) -> dict[str, str]:
    """Read the endpoints by the names that botocore gives to their variables."""
    prefix = "AWS_ENDPOINT_URL"
    return {
        name.removeprefix(prefix).removeprefix("_").lower(): url
        for name, url in environment.items()
        if name.startswith(prefix) and url
    }


def _credentials(environment: Mapping[str, str]) -> Credentials | None:
    """Read what Lambda gives; elsewhere, and under SnapStart, there may be better ones to find."""
    access_key = environment.get("AWS_ACCESS_KEY_ID")
    secret_key = environment.get("AWS_SECRET_ACCESS_KEY")
    if not (environment.get("AWS_LAMBDA_FUNCTION_NAME") and access_key and secret_key):
        return None
    return Credentials(access_key, secret_key, environment.get("AWS_SESSION_TOKEN") or None)


@cache
def settings() -> Settings:
    """Give the settings of this process, read once. Raises MissingSetting."""
    return Settings.of(os.environ)
