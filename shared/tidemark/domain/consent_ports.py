"""The stores behind consents: executions that wait for owners, and how often banks were read."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from tidemark.domain.asking import Wait
from tidemark.domain.consents import Quota
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.syncs import Lease


class Waits(Protocol):
    """What belongs to a run that waits for its owner; all of it is gone when the run is."""

    def keep(self, key: IntegrationKey, sync_id: str, token: str, until: datetime) -> bool:
        """Keep the token of an execution that waits, in place of another.

        False: nothing has to be waited for: there is an answer, or the run is over.
        """

    def take_token(self, key: IntegrationKey, sync_id: str) -> str | None:
        """Give the token and forget it; None: nobody waits, or another took it."""

    def answer(self, key: IntegrationKey, sync_id: str, sealed: bytes) -> bool:
        """Keep an answer. False: the run is over, or it has an answer that was not tried yet."""

    def take_answer(self, lease: Lease) -> bytes | None:
        """Give the answer and forget it, as the holder of the lease. Raises LeaseLost."""

    def all(self) -> Iterator[Wait]:
        """Give what waits, by its deadline; what just began to may be missing."""


class Quotas(Protocol):
    """How often the accounts of banks were read with nobody there."""

    def of(self, key: IntegrationKey) -> Quota:
        """Give what counts for an integration.

        Accounts are counted by owner: what was connected anew is the same account.
        """
