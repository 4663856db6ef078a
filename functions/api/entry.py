"""The API as a whole: routes, what is checked for all of them, and what becomes of errors."""

import traceback
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import Route
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.call import Call
from functions.api.idempotency import once
from functions.api.problems import invalid_request, problem, status_of
from functions.api.refusals import UnknownRoute, WrongMethod
from functions.api.services import Services
from functions.api.strict import nothing_unknown, read_object
from tidemark.errors import Refused

_RESOURCES = frozenset(
    {
        "account",
        "admin",
        "balance_checks",
        "balances",
        "connectors",
        "events",
        "consents",
        "exports",
        "held_transactions",
        "import_template",
        "imports",
        "integrations",
        "issues",
        "openapi",
        "period_lock",
        "possible_duplicates",
        "prices",
        "report_readiness",
        "syncs",
        "transactions",
        "webhook_endpoints",
    }
)
_NOT_THEIRS = "admin"
"""What operators do is not an owner's use."""

_FAULT = 500
_DEPTH = 8

logger = Logger(service="api")


class Api:
    """Answers events from API Gateway (HTTP API, payload 2.0)."""

    def __init__(self, services: Services) -> None:
        """Take the services that routes call."""
        self.services = services
        self._included: set[str] = set()
        self.resolver = APIGatewayHttpResolver(
            enable_validation=True, json_body_deserializer=read_object
        )
        self.resolver.use([nothing_unknown, once])
        self.resolver.exception_handler(RequestValidationError)(self._invalid)
        self.resolver.exception_handler(Exception)(self._problem)

    def __call__(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Answer one event."""
        call = Call(event, self.services)
        try:
            self._check_route(call)
            call.check_body()
            self._note_seen(call)
        except Refused as error:
            return _sent(problem(error, call.request_id))
        self.resolver.context["call"] = call
        return self.resolver.resolve(event, context)

    def include(self, *resources: str) -> None:
        """Put the routes of resources in place, once: a cold start pays for no other's."""
        for name in _RESOURCES.intersection(resources).difference(self._included):
            module = import_module(f"functions.api.routes.{name}")
            self.resolver.include_router(module.router)
            self._included.add(name)

    def include_all(self) -> None:
        """Put all routes in place."""
        self.include(*sorted(_RESOURCES))

    @property
    def routes(self) -> list[Route]:
        """Give the routes that are in place."""
        resolver = self.resolver
        return [*resolver._static_routes, *resolver._dynamic_routes]  # noqa: SLF001 - shown nowhere else

    def _check_route(self, call: Call) -> None:
        """Refuse a path that is not there, and a method that the path does not take."""
        self.include(call.resource)
        methods = [route.method for route in self.routes if route.rule.match(call.path)]
        if not methods:
            raise UnknownRoute("There is no such path.")
        if call.method not in methods:
            raise WrongMethod(sorted(methods))

    def _note_seen(self, call: Call) -> None:
        """Note that an owner is here, whatever is asked for; nobody is known on public routes."""
        if call.signed_in and call.resource != _NOT_THEIRS:
            self.services.owning.note_seen.note(call.owner)

    def _invalid(self, error: RequestValidationError) -> Response[str]:
        """Answer a request that does not have the form it must have."""
        return self._problem(invalid_request(error.errors()))

    def _problem(self, error: Exception) -> Response[str]:
        """Answer an error; one that nobody expected is logged, without its text."""
        call: Call = self.resolver.context["call"]
        if status_of(error) >= _FAULT:
            frames = _frames(error)
            facts = {"kind": type(error).__name__, "frames": frames, "request": call.request_id}
            logger.error("request failed", extra=facts)
        return problem(error, call.request_id)


def _frames(error: Exception) -> list[str]:
    """Say where an error came from, and nothing of what it says: that may be a secret."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-_DEPTH:]]


def _sent(response: Response[str]) -> dict[str, Any]:
    """Spell an answer for API Gateway."""
    headers = {"Content-Type": response.content_type, **response.headers}
    return {
        "statusCode": response.status_code,
        "headers": headers,
        "body": response.body,
        "isBase64Encoded": False,
    }
