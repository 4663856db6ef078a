"""The services of AWS beside the tables, and the connectors."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from tidemark.settings import settings
from tidemark.wiring.base import clock, session, wire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tidemark.domain import ports, price_ports
    from tidemark.domain.prices import PriceSource


@cache
def vault() -> ports.Vault:
    """Seal and open credentials."""
    from tidemark.aws.vault import KmsVault

    return KmsVault(wire("kms"), settings().credentials_key_id)


@cache
def cursor_key() -> bytes:
    """Give the key that signs list cursors, asked for once."""
    from tidemark.aws import signing

    return signing.cursor_key(wire("kms"), settings().cursor_key_id)


def public_url() -> str:
    """Give where owners reach the API, or nothing: under the name that a request came to."""
    return settings().public_url


@cache
def queue() -> ports.Queue:
    """Hand incremental syncs to workers."""
    from tidemark.aws.queue import SqsQueue

    return SqsQueue(wire("sqs"), settings().sync_queue_url)


@cache
def workflow() -> ports.Workflow:
    """Hand long syncs to the state machine."""
    from tidemark.aws.workflow import StepFunctionsWorkflow

    return StepFunctionsWorkflow(wire("sfn"), settings().state_machine_arn)


@cache
def files_queue() -> ports.FilesQueue:
    """Hand work on files to workers."""
    from tidemark.aws.queue import SqsFilesQueue

    return SqsFilesQueue(wire("sqs"), settings().files_queue_url)


@cache
def values_queue() -> price_ports.ValuesQueue:
    """Hand integrations to who values their transactions."""
    from tidemark.aws.queue import SqsValuesQueue

    return SqsValuesQueue(wire("sqs"), settings().values_queue_url)


@cache
def price_sources() -> Sequence[PriceSource]:
    """Open the sources of prices, in the order in which they are asked."""
    from pathlib import Path

    from tidemark.connector_kit.price_source import Means, open_sources

    file = settings().prices_file
    means = Means(clock(), file=Path(file) if file else None)
    return open_sources("tidemark.prices", settings().price_sources, means)


@cache
def uploads() -> ports.Uploads:
    """Keep files that owners bring and fetch."""
    from tidemark.aws.bucket import Bucket
    from tidemark.aws.uploads import S3Uploads

    here = settings()
    endpoint = here.endpoint("s3")
    return S3Uploads(Bucket(here.files_bucket, session(), region=here.region, endpoint=endpoint))


@cache
def metrics() -> ports.Metrics:
    """Tell operators what happened."""
    from tidemark.aws.metrics import LogMetrics

    return LogMetrics(clock())


@cache
def applications() -> ports.Applications:
    """Name the deployment at aggregators."""
    from tidemark.aws.applications import AwsApplications

    here = settings()
    return AwsApplications(wire, enable_banking=here.enable_banking, gocardless=here.gocardless)


@cache
def connectors() -> ports.Connectors:
    """Find connectors by name."""
    from tidemark.connector_kit.registry import Registry

    sources, named = settings().sources, applications()
    registry = Registry("tidemark.connectors", clock(), sources, applications=named)
    return cast("ports.Connectors", registry)  # facts are given by ``__getattr__``
