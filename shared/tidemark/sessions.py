"""What calls to AWS need beside a connection: credentials, trust, and whoever listens to calls.

In Lambda that is all in the environment and nobody listens. Elsewhere it is botocore's session,
which knows profiles and lets tests hear and answer calls; loading it costs more CPU than all else
that a sync loads, so it is in a module of its own (``tidemark.botocore_session``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tidemark.connections import Reply, Request
from tidemark.credentials import Credentials


class Session(Protocol):
    """What all wires of a process share. Operations are named like ``dynamodb.Query``."""

    @property
    def ca_bundle(self) -> str | None:
        """Give the file of certificates to trust in place of the system's, if there is one."""

    def credentials(self) -> Credentials:
        """Give the credentials of this moment. Raises NoCredentials."""

    def before_send(self, operation: str, request: Request) -> Reply | None:
        """Let those who listen see an attempt; who answers it answers the call.

        Raises:
            OSError: one of them had it lost on its way.
        """

    def after_call(self, operation: str, reply: Reply, parsed: Mapping[str, Any]) -> None:
        """Let those who listen see an answer; they may change it in place.

        Raises:
            OSError: one of them had it lost on its way.
        """


@dataclass(frozen=True, slots=True)
class EnvironmentSession:
    """A function's session: Lambda's credentials hold as long as the process, nobody listens."""

    given: Credentials
    ca_bundle: str | None = None

    def credentials(self) -> Credentials:
        """Give what the environment gave."""
        return self.given

    def before_send(self, operation: str, request: Request) -> None:
        """Nobody answers: the attempt is sent."""

    def after_call(self, operation: str, reply: Reply, parsed: Mapping[str, Any]) -> None:
        """Nobody is told."""
