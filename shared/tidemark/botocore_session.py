"""Credentials wherever botocore finds them, and listeners on its events, as its clients have them.

Each attempt emits ``before-send.<service>.<Operation>`` (``request=``; who answers it with an
``AWSResponse`` answers the call) and, once an answer is there,
``after-call.<service>.<Operation>`` (``http_response=``, ``parsed=``, ``context=``).
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionError as Unconnected
from botocore.exceptions import HTTPClientError
from botocore.session import Session

from tidemark.connections import Reply, Request
from tidemark.credentials import Credentials, NoCredentials

logging.getLogger("botocore").setLevel(logging.INFO)
"""Its DEBUG lines show signed headers, session tokens among them."""


class BotocoreSession:
    """A session over one of botocore's."""

    def __init__(self, session: Session | None = None) -> None:
        """Stand over a session, or over a new one."""
        self._session = session or Session()
        self._events = self._session.get_component("event_emitter")

    @property
    def ca_bundle(self) -> str | None:
        """Give what variable or profile name."""
        named: str | None = self._session.get_config_variable("ca_bundle")
        return named

    def credentials(self) -> Credentials:
        """Give the credentials of this moment; they may be renewed in between."""
        found = self._session.get_credentials()
        now = found.get_frozen_credentials() if found else None
        if now is None or not now.access_key or not now.secret_key:
            raise NoCredentials
        return Credentials(now.access_key, now.secret_key, now.token)

    def before_send(self, operation: str, request: Request) -> Reply | None:
        """Let those who listen see an attempt, in botocore's type."""
        prepared = AWSPreparedRequest(
            request.method,
            request.url,
            dict(request.headers),  # type: ignore[arg-type]  # a dict has all that they look at
            request.body,
            stream_output=False,
        )
        with _lost_as_ours():
            event = f"before-send.{operation}"
            answer = self._events.emit_until_response(event, request=prepared)[1]
        if answer is None:
            return None
        if not isinstance(answer, AWSResponse):
            raise TypeError("an answer is an AWSResponse")
        return Reply(answer.status_code, answer.headers, answer.content)

    def after_call(self, operation: str, reply: Reply, parsed: Mapping[str, Any]) -> None:
        """Let those who listen see an answer."""
        with _lost_as_ours():
            event = f"after-call.{operation}"
            self._events.emit(event, http_response=reply, parsed=parsed, context={}, model=None)


@contextmanager
def _lost_as_ours() -> Iterator[None]:
    """Tell botocore's errors of calls that were not answered as the system's own."""
    try:
        yield
    except (HTTPClientError, Unconnected) as error:
        raise ConnectionError(type(error).__name__) from error
