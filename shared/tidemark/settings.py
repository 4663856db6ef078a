"""What a deployment says through its environment. Nothing else reads ``os.environ``."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from tidemark.credentials import Credentials

_GIVEN_BY_THE_TEMPLATE = ("_table", "_key_id", "_queue_url", "_bucket", "_arn")
"""How settings end that every function has, in a variable of the same name."""


class MissingSetting(Exception):
    """A variable that the template sets is not there: the function cannot work."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment. Tables, keys, queues, bucket and state machine are named as AWS knows them.

    ``licences`` is the JSON of a table of licences. ``sources`` are base URLs that replace
    providers' own, by connector. ``webhook_trusted_origins`` are receivers that may be anywhere,
    as in ``http://127.0.0.1:9400``. ``endpoints`` are those of AWS services (``dynamodb``, ``kms``,
    ``s3``, ``sqs``, ``ssm``, ``sfn``) that are not AWS's own; ``""`` stands for all others.
    ``enable_banking`` are the id and the key's ARN of the application at Enable Banking,
    ``gocardless`` is the parameter with that at GoCardless; empty texts are none.
    ``clock_offset_file`` holds seconds to add to the system clock. ``credentials`` are those that
    Lambda gives to a function; None means to look for others. ``ca_bundle`` is a file of
    certificates to trust. ``public_url`` is where owners reach the API, if not under the name that
    a request came to. ``price_sources`` are names, in the order in which they are asked;
    ``prices_file`` is what the source ``offline`` reads.
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
    quotas_table: str
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
    enable_banking: tuple[str, str]
    gocardless: str
    clock_offset_file: str | None
    credentials: Credentials | None
    ca_bundle: str | None
    public_url: str
    price_sources: tuple[str, ...] = ()
    prices_file: str | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Settings":
        """Read an environment. Raises MissingSetting."""
        get = _Reader(environment)
        named: dict[str, Any] = {
            field.name: get(field.name.upper())
            for field in fields(cls)
            if field.name.endswith(_GIVEN_BY_THE_TEMPLATE)
        }
        return cls(
            **named,
            region=environment.get("AWS_REGION") or get("AWS_DEFAULT_REGION"),
            licences=environment.get("LICENCES") or "{}",
            sources=json.loads(environment.get("SOURCES") or "{}"),
            webhook_trusted_origins=_listed(environment.get("WEBHOOK_TRUSTED_ORIGINS", "")),
            endpoints=_endpoints(environment),
            enable_banking=(
                environment.get("ENABLE_BANKING_APPLICATION_ID") or "",
                environment.get("ENABLE_BANKING_KEY_ARN") or "",
            ),
            gocardless=environment.get("GOCARDLESS_PARAMETER") or "",
            clock_offset_file=environment.get("CLOCK_OFFSET_FILE"),
            credentials=_credentials(environment),
            ca_bundle=environment.get("AWS_CA_BUNDLE") or None,
            price_sources=tuple((environment.get("PRICE_SOURCES") or "").split(",")),
            prices_file=environment.get("PRICES_FILE"),
            public_url=environment.get("PUBLIC_URL") or "",
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
