"""Answers of HTTP/1.1 whose heads are read in a quarter of the time, where they are ordinary ones.

``http.client`` reads heads as it would an e-mail's. Whatever is unusual is left to it.
"""

import re
from http.client import HTTPMessage, HTTPResponse
from typing import cast

_STATUS = re.compile(rb"HTTP/1\.1 ([2-5][0-9]{2})(?: [^\r\n]*)?").fullmatch
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n]*?)[ \t]*").fullmatch
_LENGTH = re.compile(r"[0-9]{1,15}").fullmatch
_NO_BODY = frozenset({204, 304})
_KEPT = frozenset({None, "keep-alive"})


class _Fields(dict[str, str]):
    """Header fields by their names in small letters."""

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """Give one, whatever its case."""
        return super().get(name.lower(), default)


class Answer(HTTPResponse):
    """An answer, as ``http.client`` gives it."""

    def begin(self) -> None:
        """Read the head."""
        head, complete, _ = self.fp.peek().partition(b"\r\n\r\n")
        plain = _read(head) if complete else None
        if plain is None:
            super().begin()
            return
        self.fp.read(len(head) + len(complete))
        self.code = self.status = plain[0]
        self.headers = self.msg = cast("HTTPMessage", plain[1])
        self.length = int(plain[1]["content-length"])
        self.version, self.reason = 11, ""
        self.chunked = self.will_close = False


def _read(head: bytes) -> tuple[int, _Fields] | None:
    """Read the head of an answer with a body of a known length on a connection that is kept."""
    first, *lines = head.split(b"\r\n")
    status, found = _STATUS(first), [_FIELD(line) for line in lines]
    if not status or not all(found):
        return None
    fields = _Fields(
        (match[1].decode().lower(), match[2].decode("latin-1")) for match in found if match
    )
    code, length = int(status[1]), fields.get("content-length") or ""
    ordinary = (
        len(fields) == len(lines)
        and _LENGTH(length) is not None
        and "transfer-encoding" not in fields
        and fields.get("connection") in _KEPT
        and code not in _NO_BODY
    )
    return (code, fields) if ordinary else None
