"""Any httpx transport as a wire: for tests with ``httpx.MockTransport``, and for embedders."""

import logging
from collections.abc import Callable
from http.client import HTTPException

import httpx

from tidemark.connector_kit.wire import STANDING, Ask, Reply, TooLarge

for _name in ("httpx", "httpcore"):  # their INFO and DEBUG lines hold whole URLs
    logging.getLogger(_name).setLevel(logging.WARNING)


class Adapted:
    """Sends requests through an httpx transport, which keeps its own deadlines."""

    def __init__(
        self, base_url: str, transport: httpx.BaseTransport, monotonic: Callable[[], float]
    ) -> None:
        """Say where the origin is and what to send with."""
        self._origin = httpx.URL(base_url)
        self._transport = transport
        self._monotonic = monotonic

    def send(self, method: str, ask: Ask, until: float, largest: int) -> Reply:
        """Send one request and read its answer (see ``tidemark.connector_kit.wire.Wire``)."""
        left = until - self._monotonic()
        if left <= 0:
            raise TimeoutError
        url = self._origin.copy_with(raw_path=ask.target.encode("ascii"))
        timeout = httpx.Timeout(left).as_dict()
        request = httpx.Request(
            method,
            url,
            headers={**STANDING, **ask.headers},
            content=ask.content,
            extensions={"timeout": timeout},
        )
        reply = self._exchange(request)
        if len(reply.body) > largest:
            raise TooLarge
        return reply

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()

    def _exchange(self, request: httpx.Request) -> Reply:
        """Send one request; httpx's own errors, which hold the request, go no further."""
        try:
            response = self._transport.handle_request(request)
            body = response.read()
            response.close()
        except httpx.HTTPError as error:
            failure = _plain(error)
        else:
            response.headers.pop("content-encoding", None)  # httpx has decoded the body
            return Reply(response.status_code, response.headers, body)
        raise failure


def _plain(error: httpx.HTTPError) -> Exception:
    """Give the standard error that says as much as an httpx one."""
    if isinstance(error, httpx.TimeoutException):
        return TimeoutError()
    if isinstance(error, httpx.RemoteProtocolError | httpx.DecodingError):
        return HTTPException()
    return ConnectionError()
