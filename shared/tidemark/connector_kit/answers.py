"""What answers mean: their bodies unpacked and read, their failures as the project's errors."""

import zlib
from contextlib import suppress

from tidemark.connector_kit import exact_json
from tidemark.connector_kit.wire import Reply, StaleConnection, TooLarge
from tidemark.errors import BadCredentials, SourceError, SourceGarbage, SourceUnavailable

_OFF = frozenset({403, 408, 425})
_REDIRECT, _UNAUTHORIZED, _CLIENT, _SERVER = 300, 401, 400, 500


def from_status(status: int) -> SourceError:
    """Say what an error status means in general."""
    if status >= _SERVER or status in _OFF:
        return SourceUnavailable(f"The source is not available at the moment ({status}).")
    if status == _UNAUTHORIZED:
        return BadCredentials("The source does not accept the credentials.")
    if _REDIRECT <= status < _CLIENT:
        return SourceGarbage(f"The source sends us elsewhere ({status}).")
    return SourceGarbage(f"The source does not know what it was asked for ({status}).")


def from_failure(error: Exception) -> SourceError | StaleConnection:
    """Say what it means that there was no answer, or none that can be read."""
    if isinstance(error, StaleConnection):
        return error
    if isinstance(error, TimeoutError):
        return SourceUnavailable("The source did not answer in time.")
    if isinstance(error, OSError):
        return SourceUnavailable("The source cannot be reached.")
    if isinstance(error, TooLarge):
        return SourceGarbage("The source's answer is too large.")
    return SourceGarbage("The source's answer is cut short, or no HTTP.")


def decoded(reply: Reply, largest: int) -> bytes:
    """Unpack a body, no further than ``largest`` bytes.

    Raises:
        TooLarge: when there is more.
        ValueError, zlib.error: when it is cut short, or in a coding that nobody asked for.
    """
    coding = reply.headers.get("content-encoding")
    if coding is None or coding == "identity":
        return reply.body
    if coding != "gzip":
        raise ValueError("a coding that was not asked for")
    unpacker = zlib.decompressobj(wbits=31)
    body = unpacker.decompress(reply.body, largest + 1)
    if len(body) > largest:
        raise TooLarge
    if not unpacker.eof:
        raise ValueError("cut short")
    return body


def as_json(body: bytes) -> object:
    """Read an answer in JSON. Raises SourceGarbage."""
    with suppress(ValueError):
        return exact_json.parse(body)
    raise SourceGarbage("The source's answer is not JSON that can be read exactly.")


def as_text(body: bytes) -> str:
    """Read an answer in plain text. Raises SourceGarbage."""
    with suppress(ValueError):
        return body.decode()
    raise SourceGarbage("The source's answer is not text.")
