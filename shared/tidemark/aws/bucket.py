"""A thin transport to one bucket of S3 (docs.aws.amazon.com/AmazonS3/latest/API, "REST").

Requests are signed by botocore's signers for S3: there are few of them, and they differ in all
that ``tidemark.sigv4`` leaves out. Names of objects hold letters, digits and ``_/.-`` alone, so
that none has to be spelled otherwise in a URL.

They are imported with this module, so that only functions which have to do with files load them.
As in ``tidemark.wire`` the session is told of each attempt, as ``s3.<Operation>``.
"""

import logging
import random
import re
import time
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth, S3SigV4PostAuth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials

from tidemark.connections import Connections, Reply, Request
from tidemark.errors import StoreUnavailable
from tidemark.sessions import Session
from tidemark.wire import CallRefused

logging.getLogger("botocore").setLevel(logging.INFO)
"""Its DEBUG lines show what is signed, session tokens among it."""

_ATTEMPTS = 4
_FIRST_WAIT = 0.1
_TIMEOUT, _IDLE = 20, 4
_UNANSWERED = (OSError, HTTPException)
_REFUSED, _FAILED = 300, 500
_PASSING = frozenset({"RequestTimeout", "SlowDown"})
_NAME = re.compile(r"[A-Za-z0-9_./-]+")
_CODE = re.compile(rb"<Code>(\w+)</Code>")


class Call(NamedTuple):
    """One operation of S3 on one object."""

    operation: str
    method: str
    name: str
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Bucket:
    """Speaks to one bucket. Share one instance: it holds the connections, for many threads."""

    def __init__(
        self,
        name: str,
        session: Session,
        *,
        region: str,
        endpoint: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Speak to a bucket in a region; at an endpoint of one's own its name is in the path."""
        suffix = ".cn" if region.startswith("cn-") else ""
        ours = f"https://{name}.s3.{region}.amazonaws.com{suffix}"
        self.name = name
        self._url = f"{endpoint.rstrip('/')}/{name}" if endpoint else ours
        self._session, self._region, self._sleep = session, region, sleep
        self._connections = Connections(
            self._url, timeout=_TIMEOUT, most=_IDLE, ca_bundle=session.ca_bundle
        )

    def call(self, call: Call) -> Reply:
        """Make a call, again where that may help, after a pause.

        Raises:
            CallRefused: it can never succeed as it is; ``kind`` is S3's word for why.
            StoreUnavailable: it was throttled or not answered, every time.
        """
        for attempt in range(_ATTEMPTS):
            if attempt:
                self._sleep(random.uniform(0, _FIRST_WAIT * 4 ** (attempt - 1)))
            try:
                reply = self._attempt(call)
            except _UNANSWERED:
                continue
            kind = _refusal(reply)
            if kind is None:
                return reply
            if kind not in _PASSING and reply.status_code < _FAILED:
                raise CallRefused(call.operation, kind, retried=attempt > 0, item=None)
        raise StoreUnavailable(f"{call.operation} was not done in {_ATTEMPTS} attempts")

    def sign_form(
        self, fields: Mapping[str, str], conditions: list[Any], expires: str
    ) -> tuple[str, dict[str, str]]:
        """Sign what a form may post until a moment (ISO 8601): give its URL and all its fields."""
        request = AWSRequest("POST", self._url)
        exact = [{name: value} for name, value in fields.items()]
        policy = {
            "expiration": expires,
            "conditions": [{"bucket": self.name}, *exact, *conditions],
        }
        request.context["s3-presign-post-fields"] = dict(fields)
        request.context["s3-presign-post-policy"] = policy
        S3SigV4PostAuth(self._credentials(), "s3", self._region).add_auth(request)
        signed: dict[str, str] = request.context["s3-presign-post-fields"]
        return f"{self._url}/", signed

    def sign_url(self, name: str, query: Mapping[str, str], seconds: int) -> str:
        """Sign a URL by which an object may be fetched for some seconds."""
        request = AWSRequest("GET", self._url_of(name), params=dict(query))
        signer = S3SigV4QueryAuth(self._credentials(), "s3", self._region, expires=seconds)
        signer.add_auth(request)
        return str(request.url)

    def _attempt(self, call: Call) -> Reply:
        """Make one attempt."""
        request = self._signed(call)
        name = f"s3.{call.operation}"
        reply = self._session.before_send(name, request) or self._connections.send(request)
        self._session.after_call(name, reply, {})
        return reply

    def _signed(self, call: Call) -> Request:
        """Sign a call with the credentials of this moment."""
        url = self._url_of(call.name)
        headers = {**call.headers, "Host": urlsplit(url).netloc}
        request = AWSRequest(call.method, url, headers, call.body)
        S3SigV4Auth(self._credentials(), "s3", self._region).add_auth(request)
        signed = {**dict(request.headers.items()), "Content-Length": str(len(call.body))}
        return Request(call.method, url, signed, call.body)

    def _credentials(self) -> ReadOnlyCredentials:
        """Give the credentials of this moment as botocore's signers take them."""
        found = self._session.credentials()
        return ReadOnlyCredentials(found.access_key, found.secret_key, found.token)

    def _url_of(self, name: str) -> str:
        """Give the URL of an object."""
        if _NAME.fullmatch(name) is None:
            raise ValueError("no name of an object of ours")
        return f"{self._url}/{name}"


def _refusal(reply: Reply) -> str | None:
    """Give S3's word for why it refused, or None when it did not."""
    if reply.status_code < _REFUSED:
        return None
    code = _CODE.search(reply.content)
    return code[1].decode() if code else str(reply.status_code)
