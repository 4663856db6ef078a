"""Who may do what with the objects of a bucket, as S3 asks it of every request.

A request without a signature is nobody's and refused. What a function has signed, be it a header,
a URL or a form, is done with that function's rights (``roles``), and while the signature holds.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from local import moto_buckets
from local.roles import SIGNED_WITH, Roles
from local.s3_forms import Form

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_SIGNED = re.compile(r"Credential=([^/]+)/\d+/[^/]+/(\w+)/")
_ACTIONS = {"GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
_STATUS = {"AccessDenied": "403 Forbidden", "SignatureDoesNotMatch": "403 Forbidden"}


class Refusal(NamedTuple):
    """What S3 answers instead of doing something."""

    code: str
    reason: str

    @property
    def status(self) -> str:
        """Give the status line."""
        return _STATUS.get(self.code, "400 Bad Request")

    @property
    def body(self) -> bytes:
        """Give the document that says why."""
        said = f"<Code>{self.code}</Code><Message>{escape(self.reason)}</Message>"
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{said}</Error>'.encode()


class Visit(NamedTuple):
    """A request to S3: who signed it (None: nobody), and what it wants."""

    caller: str | None
    action: str
    resource: str


def refusal(environ: "WSGIEnvironment", roles: Roles, now: datetime) -> Refusal | None:
    """Say why S3 refuses a request; None if it does not, or if the request is not for S3."""
    bucket, _, name = environ.get("PATH_INFO", "").lstrip("/").partition("/")
    signed = _SIGNED.search(environ.get("HTTP_AUTHORIZATION", ""))
    if signed is not None:
        visit = _visit(environ, signed[1], bucket, name)
        return _judged(visit, roles) if signed[2] == "s3" else None
    if not moto_buckets.exists(bucket):
        return None
    if environ["REQUEST_METHOD"] == "POST":
        return _of_form(Form.read(environ, bucket), roles, now)
    query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
    if query and _ends(query) < now:
        return Refusal("AccessDenied", "Request has expired")
    return _judged(_visit(environ, _caller(query.get("X-Amz-Credential")), bucket, name), roles)


def _of_form(form: Form, roles: Roles, now: datetime) -> Refusal | None:
    """Say why a posted form is refused."""
    resource = _arn(f"{form.bucket}/{form.fields.get('key', '')}")
    visit = Visit(_caller(form.fields.get("x-amz-credential")), "s3:PutObject", resource)
    refused = _judged(visit, roles)
    if refused is not None:
        return refused
    fault = form.refusal(SIGNED_WITH, now)
    return Refusal(*fault) if fault else None


def _visit(environ: "WSGIEnvironment", caller: str | None, bucket: str, name: str) -> Visit:
    """Read what a request wants."""
    method = environ["REQUEST_METHOD"]
    if not name:
        return Visit(caller, f"s3:{'ListBucket' if method == 'GET' else method}", _arn(bucket))
    return Visit(caller, f"s3:{_ACTIONS.get(method, method)}", _arn(f"{bucket}/{name}"))


def _arn(path: str) -> str:
    """Name a bucket or an object as policies do."""
    return f"arn:aws:s3:::{path}"


def _judged(visit: Visit, roles: Roles) -> Refusal | None:
    """Refuse what nobody signed, and what the one who signed it may not do."""
    if visit.caller is None:
        return Refusal("AccessDenied", "Access Denied")
    if roles.allow(visit.caller, visit.action, visit.resource):
        return None
    return Refusal("AccessDenied", f"{visit.caller} may not {visit.action} on {visit.resource}")


def _caller(credential: str | None) -> str | None:
    """Give whose access key a credential names."""
    return credential.partition("/")[0] if credential else None


def _ends(query: Mapping[str, str]) -> datetime:
    """Give until when a signed URL holds; one that is not signed never did."""
    signed = query.get("X-Amz-Date", "19700101T000000Z")
    at = datetime.strptime(signed, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return at + timedelta(seconds=int(query.get("X-Amz-Expires", "0")))
