"""A thin transport to one bucket of S3 (docs.aws.amazon.com/AmazonS3/latest/API, "REST").

Requests are signed by botocore's signers for S3: there are few of them, and they differ in all
that ``tidemark.sigv4`` leaves out. Names of objects hold letters, digits and ``_/.-`` alone, so
that none has to be spelled otherwise in a URL.

Like ``tidemark.wire`` each attempt emits ``before-send.s3.<Operation>`` on botocore's events, and
``after-call.s3.<Operation>`` once an answer is there.
"""

import random
import re
import time
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth, S3SigV4PostAuth, S3SigV4QueryAuth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse
from botocore.exceptions import ConnectionError as Unconnected
from botocore.exceptions import HTTPClientError
from botocore.session import Session

from tidemark.connections import Connections, Reply
from tidemark.errors import StoreUnavailable
from tidemark.wire import CallRefused, credentials_of

_ATTEMPTS = 4
_FIRST_WAIT = 0.1
_TIMEOUT, _IDLE = 20, 4
_UNANSWERED = (OSError, HTTPException, HTTPClientError, Unconnected)
_REFUSED, _FAILED = 300, 500
_PASSING = frozenset({"RequestTimeout", "SlowDown"})
_NAME = re.compile(r"[A-Za-z0-9_./-]+")
_CODE = re.compile(rb"<Code>(\w+)</Code>")

type Answer = Reply | AWSResponse


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
        self._events = session.get_component("event_emitter")
        self._connections = Connections(
            self._url,
            timeout=_TIMEOUT,
            most=_IDLE,
            ca_bundle=session.get_config_variable("ca_bundle"),
        )

    def call(self, call: Call) -> Answer:
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
        S3SigV4PostAuth(credentials_of(self._session), "s3", self._region).add_auth(request)
        signed: dict[str, str] = request.context["s3-presign-post-fields"]
        return f"{self._url}/", signed

    def sign_url(self, name: str, query: Mapping[str, str], seconds: int) -> str:
        """Sign a URL by which an object may be fetched for some seconds."""
        request = AWSRequest("GET", self._url_of(name), params=dict(query))
        signer = S3SigV4QueryAuth(
            credentials_of(self._session), "s3", self._region, expires=seconds
        )
        signer.add_auth(request)
        return str(request.url)

    def _attempt(self, call: Call) -> Answer:
        """Make one attempt."""
        request = self._signed(call)
        event = f"s3.{call.operation}"
        reply = self._events.emit_until_response(f"before-send.{event}", request=request)[1]
        if reply is None:
            reply = self._connections.send(request)
        answer: Answer = reply
        self._events.emit(
            f"after-call.{event}", http_response=answer, parsed={}, context={}, model=None
        )
        return answer

    def _signed(self, call: Call) -> AWSPreparedRequest:
        """Sign a call with the credentials of this moment."""
        url = self._url_of(call.name)
        headers = {**call.headers, "Host": urlsplit(url).netloc}
        request = AWSRequest(call.method, url, headers, call.body)
        S3SigV4Auth(credentials_of(self._session), "s3", self._region).add_auth(request)
        signed = {**dict(request.headers.items()), "Content-Length": str(len(call.body))}
        return AWSPreparedRequest(
            call.method,
            url,
            signed,  # type: ignore[arg-type]  # a dict has all that listeners look at
            call.body,
            stream_output=False,
        )

    def _url_of(self, name: str) -> str:
        """Give the URL of an object."""
        if _NAME.fullmatch(name) is None:
            raise ValueError("no name of an object of ours")
        return f"{self._url}/{name}"


def _refusal(reply: Answer) -> str | None:
    """Give S3's word for why it refused, or None when it did not."""
    if reply.status_code < _REFUSED:
        return None
    code = _CODE.search(reply.content)
    return code[1].decode() if code else str(reply.status_code)
