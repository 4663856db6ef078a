"""One request: whose it is, what it says in its headers, and the services it may use."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.depends import Depends

from functions.api.owner import owner_of
from functions.api.refusals import Malformed, WrongMediaType
from functions.api.services import Services
from functions.api.wired import Wired
from tidemark.domain.consents import Present
from tidemark.errors import Stale

_LOOPBACK = {"127.0.0.1", "localhost"}
_TAG = re.compile(r'\s*(?:W/)?"([^"]*)"\s*')


class Call:
    """A request from API Gateway (HTTP API, payload 2.0)."""

    def __init__(self, event: Mapping[str, Any], services: Services) -> None:
        """Take an event as it came."""
        self.event = event
        self.services = services
        self.kept_body: str | None = None
        """What to keep of the answer for its Idempotency-Key, where the answer has a secret."""

    @property
    def ports(self) -> Wired:
        """Give the ports, for what needs no service."""
        return self.services.wired

    @property
    def signed_in(self) -> bool:
        """Tell whether the request came with a token, as it does on all routes but public ones."""
        return bool(self.event["requestContext"].get("authorizer"))

    @property
    def owner(self) -> str:
        """Give the owner. Raises Unauthenticated."""
        authorizer = self.event["requestContext"].get("authorizer") or {}
        return owner_of((authorizer.get("jwt") or {}).get("claims") or {})

    @cached_property
    def zone(self) -> str:
        """Give the zone (IANA) in which the owner counts days."""
        return self.ports.accounts().get(self.owner).zone

    @property
    def request_id(self) -> str:
        """Give the id by which this request is found again."""
        return str(self.event["requestContext"].get("requestId", ""))

    @property
    def method(self) -> str:
        """Give the HTTP method."""
        return str(self.event["requestContext"]["http"]["method"])

    @property
    def path(self) -> str:
        """Give the path without the stage."""
        stage = str(self.event["requestContext"].get("stage", "$default"))
        path = str(self.event["rawPath"])
        return path if stage == "$default" else path.removeprefix(f"/{stage}")

    @property
    def resource(self) -> str:
        """Give the first word of the path after the API's version."""
        return self.path.removeprefix("/v1/").partition("/")[0].partition(".")[0]

    @property
    def present(self) -> Present:
        """Give who asks, as banks want to know it."""
        http = self.event["requestContext"]["http"]
        return Present(str(http.get("sourceIp", "")), str(http.get("userAgent", "")))

    def url_of(self, path: str) -> str:
        """Give where a path of this API is reached from outside.

        Unless the deployment says so, by the name that API Gateway knows the request by: one of
        its own or a custom domain, never what a header claims. A loopback has no TLS.
        """
        if said := self.ports.public_url():
            return said.rstrip("/") + path
        context = self.event["requestContext"]
        name, stage = str(context["domainName"]), str(context.get("stage", "$default"))
        scheme = "http" if name.partition(":")[0] in _LOOPBACK else "https"
        return f"{scheme}://{name}{'' if stage == '$default' else f'/{stage}'}{path}"

    @property
    def query(self) -> Mapping[str, str]:
        """Give the query's parameters."""
        return self.event.get("queryStringParameters") or {}

    def header(self, name: str) -> str | None:
        """Give a header by its lower-case name."""
        headers = self.event.get("headers") or {}
        return next((str(value) for key, value in headers.items() if key.lower() == name), None)

    @property
    def body(self) -> str:
        """Give the body as text.

        Raises:
            Malformed: when it is no text.
        """
        body = str(self.event.get("body") or "")
        if not self.event.get("isBase64Encoded"):
            return body
        try:
            return base64.b64decode(body, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise Malformed("The body is not UTF-8 text.") from None

    def check_body(self) -> None:
        """Refuse a body that is not JSON by its own word.

        Raises:
            WrongMediaType, Malformed
        """
        said = (self.header("content-type") or "application/json").partition(";")[0]
        if self.body and said.strip().lower() != "application/json":
            raise WrongMediaType("The body must be application/json.")

    def expected[T](self, present: Callable[[str], T]) -> T | None:
        """Read If-Match; None when it is not there or matches anything.

        ``present`` turns the text of one tag into what the service compares.

        Raises:
            Stale: when it names nothing that could match.
        """
        said = self.header("if-match")
        if said is None or said.strip() == "*":
            return None
        tag = _TAG.fullmatch(said)
        if tag is None:
            raise Stale("If-Match must hold one ETag.")
        try:
            return present(tag[1])
        except ValueError:
            raise Stale("If-Match names another version.") from None


def _this_call(request: Request) -> Call:
    """Give the request that is being answered."""
    call: Call = request.context["call"]
    return call


Here = Annotated[Call, Depends(_this_call)]
