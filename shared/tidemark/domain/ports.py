"""What the services need from the world outside, as protocols, all under one name."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from tidemark.domain.consent_ports import Quotas, Waits
from tidemark.domain.consents import Answer, Applications, Granted, Link, Present, Quota
from tidemark.domain.duplicate_ports import Duplicates
from tidemark.domain.file_ports import (
    FilesQueue,
    Imports,
    ReadFile,
    UploadForm,
    Uploads,
    WriteFile,
)
from tidemark.domain.integrations import IntegrationKey, IntegrationKind
from tidemark.domain.ledger_ports import Journal, Ledger, Months, Place, Runs
from tidemark.domain.pages import KeyRights, Page, RateBudget, Scope, Window
from tidemark.domain.record_ports import (
    Accounts,
    BalanceChecks,
    CoverageStore,
    IdempotencyStore,
    Integrations,
    Issues,
    Parked,
    Snapshots,
    Syncs,
    Watermarks,
)
from tidemark.domain.syncs import Sync
from tidemark.domain.transactions import Found

__all__ = [
    "Accounts",
    "Applications",
    "BalanceChecks",
    "Clock",
    "ConnectorFacts",
    "Connectors",
    "CoverageStore",
    "Duplicates",
    "FilesQueue",
    "IdempotencyStore",
    "Imports",
    "Integrations",
    "Issues",
    "Journal",
    "Ledger",
    "Metrics",
    "Months",
    "Parked",
    "Place",
    "Queue",
    "Quota",
    "Quotas",
    "ReadFile",
    "Runs",
    "Snapshots",
    "Source",
    "Syncs",
    "UploadForm",
    "Uploads",
    "Vault",
    "Waits",
    "Watermarks",
    "Workflow",
    "WriteFile",
]


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Give the present moment, UTC."""


class Vault(Protocol):
    """Seals secrets so that they open only for the same owner and integration."""

    def seal(self, key: IntegrationKey, credentials: Mapping[str, str]) -> bytes:
        """Encrypt credentials. Raises VaultError."""

    def open(self, key: IntegrationKey, sealed: bytes) -> dict[str, str]:
        """Decrypt them. Raises VaultError."""


class Queue(Protocol):
    """Hands incremental syncs, and what else needs credentials, to workers."""

    def send(self, key: IntegrationKey, sync_id: str, delay: timedelta = timedelta(0)) -> None:
        """Ask for a sync to be worked on, after up to 15 minutes' delay."""


class Workflow(Protocol):
    """Hands long syncs to the state machine."""

    def start(self, key: IntegrationKey, sync_id: str, execution: int) -> bool:
        """Start an execution; the same sync and execution number start once.

        False when it was started before and has ended.
        """

    def wake(self, token: str) -> bool:
        """Let an execution that waits go on; False: it does not wait any more."""

    def beat(self, token: str) -> bool:
        """Let an execution wait on for a while; False: it does not wait any more."""


class Metrics(Protocol):
    """Tells operators what happened."""

    def sync_ended(self, sync: Sync, connector: str) -> None:
        """Report one ended sync by connector and outcome."""


class Source(AbstractContextManager["Source"], Protocol):
    """One provider, read with one owner's credentials. Close it when done (``with``)."""

    def page(
        self,
        stream: str,
        window: Window,
        cursor: str | None,
        bookmark: str | None,
    ) -> Page:
        """Read one page of a stream, newest first or oldest first as the provider has it.

        ``cursor`` is None for the first page. ``bookmark`` is None when everything in the window
        is to be read, whatever was read before.

        Raises:
            SourceError: nothing of this page counts; the same cursor may be tried again.
        """

    def enrich(self, new: Sequence[Found]) -> Sequence[Found]:
        """Add details to transactions that are about to be written, where the provider has some.

        Legs, ids and times stay as they are. Raises SourceError.
        """

    def balances(self, bookmarks: Mapping[str, str]) -> dict[str, Decimal] | None:
        """Give what is there now per clean asset, or None where the source cannot say.

        ``bookmarks`` are those that the streams just left: what is final according to them is what
        the balance has to be of.
        """

    def rights(self) -> KeyRights:
        """Check the credentials and say what they allow.

        Raises:
            BadCredentials, MissingPermission, SourceError
        """

    def consent_until(self) -> datetime | None:
        """Give when the consent ends (UTC), None where none is needed.

        Raises:
            ConsentGone, SourceError
        """

    def answer(self, answer: Answer) -> None:
        """Take what the owner answered: the next call uses it. A wrong one raises OwnerNeeded."""

    def link(self, state: str, return_to: str) -> Link:
        """Ask for the page where the owner grants consent, and comes back from with ``state``.

        Raises:
            BadCredentials: there is no such bank. NotConfigured, SourceError.
        """

    def grant(self, code: str, keep: Mapping[str, str]) -> Granted:
        """Turn what the owner came back with into a consent; ``keep`` is the link's.

        Raises:
            BadCredentials: it is no consent, or was used. NotConfigured, SourceError.
        """

    @property
    def nonce(self) -> int:
        """Give the highest nonce that was sent, 0 where none is needed."""


class ConnectorFacts(Protocol):
    """What is known of a connector without credentials."""

    name: str
    title: str
    kind: IntegrationKind
    streams: tuple[str, ...]
    scope: Scope
    overlap: timedelta
    lookback: timedelta | None
    group_span: timedelta
    concurrency: int
    budget: RateBudget | None
    needed_rights: tuple[str, ...]
    forbidden_rights: tuple[str, ...]
    by_consent: bool

    def credentials_schema(self) -> dict[str, object]:
        """Give the JSON Schema of the credentials."""

    def check(self, credentials: Mapping[str, object]) -> dict[str, str]:
        """Check the form of credentials, offline, and give them normalised.

        Raises:
            Invalid: pointing at what is wrong; private material is refused by
                code ``private_material``, and never repeated in the message.
        """

    def identity(self, credentials: Mapping[str, str]) -> str:
        """Give what makes two credentials the same account (never the secret itself)."""

    def balances_after(self, raw: str) -> dict[str, Decimal]:
        """Give the balance per source asset that a transaction's records led to, where told."""

    def account_of(self, transaction_id: str, source_id: str) -> str | None:
        """Give the account whose balance is told, days being in no order; None: there is one."""

    def open(
        self,
        credentials: Mapping[str, str],
        *,
        nonce: int = 0,
        present: Present | None = None,
        quota: Quota | None = None,
    ) -> Source:
        """Open the source with an owner's credentials; ``nonce`` is the highest one sent.

        ``present`` is the owner who is there; without, ``quota`` counts what is read.
        """


class Connectors(Protocol):
    """All connectors, by name."""

    def names(self) -> list[str]:
        """Give the names in order."""

    def get(self, name: str) -> ConnectorFacts:
        """Give one. Raises NotFound."""
