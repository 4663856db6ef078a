"""Deploys template.yaml on this machine: what exists afterwards, read from the template alone.

moto's CloudFormation creates tables, keys, queues, topics, functions and the state machine. What
it lacks (the HTTP API, schedules, event source mappings) is read from the same transformed
template and run by ourselves. Alarms, dashboards and user pools exist by name only.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local import identity, moto_buckets, moto_stack, template
from local.moto_stack import Resolve
from local.queues import Mapping as QueueMapping
from local.roles import Roles
from local.routes import Guard, Route
from local.schedules import Schedule
from local.streams import StreamMapping, UnknownFilter
from local.template import Resource, Template
from local.workers import FunctionSpec

STACK = "tidemark-local"
_WOULD_NOT_RUN = ("AWS::Events::Rule", "AWS::Pipes::Pipe", "AWS::ApiGateway::RestApi")
_LAMBDA_ARN = re.compile(r"arn:aws:lambda:[^/]+")


@dataclass(frozen=True, slots=True)
class Deployment:
    """What the template has become."""

    functions: tuple[FunctionSpec, ...]
    routes: tuple[Route, ...]
    schedules: tuple[Schedule, ...]
    mappings: tuple[QueueMapping, ...]
    streams: tuple[StreamMapping, ...]
    roles: Roles


class Unsupported(RuntimeError):
    """The template asks for something that the local server cannot do."""


def parameters_for(
    sources: Mapping[str, str], webhook_origins: Iterable[str] = ()
) -> dict[str, str]:
    """Give the template's parameters for this machine."""
    return {
        "JwtIssuer": identity.ISSUER,
        "JwtAudience": identity.AUDIENCE,
        "Sources": json.dumps(dict(sources)),
        "PriceSources": "offline",
        "DeletionProtection": "false",
    } | _trusted(webhook_origins)


def _trusted(origins: Iterable[str]) -> dict[str, str]:
    """Name the receivers on this machine, if there are any."""
    listed = ",".join(origins)
    return {"WebhookTrustedOrigins": listed} if listed else {}


def deploy(root: Path, parameters: Mapping[str, str], extra: Mapping[str, str]) -> Deployment:
    """Deploy the template of a folder; ``extra`` goes into every function's environment.

    Raises:
        Unsupported: the template asks for something that is not to be had here.
    """
    moto_stack.hook_creation()
    parameters = {**parameters, **moto_stack.make_applications()}
    transformed = template.read(root, parameters)
    refuse_what_would_not_run(transformed)
    resolve = moto_stack.create_stack(STACK, transformed, parameters)
    reader = _Reader(transformed, resolve, dict(extra))
    reader.set_up_buckets()
    return Deployment(
        functions=tuple(reader.functions()),
        routes=tuple(reader.routes()),
        schedules=tuple(reader.schedules()),
        mappings=tuple(reader.mappings()),
        streams=tuple(reader.streams()),
        roles=Roles.of(transformed, resolve),
    )


def refuse_what_would_not_run(transformed: Template) -> None:
    """Refuse a template with something that would silently do nothing here.

    Raises:
        Unsupported: it has such a thing.
    """
    for kind in _WOULD_NOT_RUN:
        for name, _ in template.of_type(transformed, kind):
            raise Unsupported(f"{name}: the local server does not run {kind}")


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the transformed template, with all references resolved by the stack."""

    template: Template
    resolve: Resolve
    extra: Mapping[str, str]

    def functions(self) -> Iterator[FunctionSpec]:
        """Read the functions."""
        for name, properties in self._all("AWS::Lambda::Function"):
            variables = properties.get("Environment", {}).get("Variables", {})
            yield FunctionSpec(
                name=self.resolve({"Ref": name}),
                arn=self.resolve({"Fn::GetAtt": [name, "Arn"]}),
                handler=properties["Handler"],
                timeout=float(properties.get("Timeout", 3)),
                memory=int(properties.get("MemorySize", 128)),
                environment={k: str(v) for k, v in variables.items()}
                | dict(self.extra)
                | {"AWS_ACCESS_KEY_ID": self.resolve({"Ref": name})},
            )

    def routes(self) -> Iterator[Route]:
        """Read the routes of the HTTP API from the OpenAPI body that SAM made."""
        for _, properties in self._all("AWS::ApiGatewayV2::Api"):
            body = properties["Body"]
            schemes = body.get("components", {}).get("securitySchemes", {})
            for path, methods in body["paths"].items():
                for method, operation in methods.items():
                    yield _route(method, path, operation, schemes)

    def schedules(self) -> Iterator[Schedule]:
        """Read the schedules of EventBridge Scheduler; functions say which ticks matter to them."""
        hasty = {
            self.resolve({"Fn::GetAtt": [name, "Arn"]})
            for name, function in template.of_type(self.template, "AWS::Lambda::Function")
            if function.get("Metadata", {}).get("LocalTicks") == "last"
        }
        for name, properties in self._all("AWS::Scheduler::Schedule"):
            last_only = properties["Target"]["Arn"] in hasty
            yield Schedule.of(properties.get("Name", name), properties, last_only=last_only)

    def mappings(self) -> Iterator[QueueMapping]:
        """Read the event source mappings of queues."""
        for name, properties in self._all("AWS::Lambda::EventSourceMapping"):
            source = properties["EventSourceArn"]
            if ":sqs:" in source:
                yield QueueMapping.of(properties)
            elif ":dynamodb:" not in source:
                raise Unsupported(f"{name}: only queues and tables can be event sources here")

    def streams(self) -> Iterator[StreamMapping]:
        """Read the event source mappings of tables."""
        for name, properties in self._all("AWS::Lambda::EventSourceMapping"):
            if ":dynamodb:" in properties["EventSourceArn"]:
                try:
                    yield StreamMapping.of(properties)
                except UnknownFilter as error:
                    raise Unsupported(f"{name}: a filter by {error}") from None

    def set_up_buckets(self) -> None:
        """Have the buckets tell of uploads; queues alone can be told here."""
        for name, properties in self._all("AWS::S3::Bucket"):
            if set(properties.get("NotificationConfiguration", {})) - {"QueueConfigurations"}:
                raise Unsupported(f"{name}: only queues can be told of uploads here")
            moto_buckets.notify_of_uploads(self.resolve({"Ref": name}), properties)

    def _all(self, kind: str) -> Iterator[tuple[str, Resource]]:
        """Give the properties of the resources of a type that exist."""
        for name, resource in template.of_type(self.template, kind):
            if moto_stack.condition_holds(self.resolve, resource.get("Condition")):
                yield name, self.resolve(resource.get("Properties", {}))


def _route(
    method: str, path: str, operation: Mapping[str, Any], schemes: Mapping[str, Any]
) -> Route:
    """Read one route."""
    integration = operation["x-amazon-apigateway-integration"]
    found = _LAMBDA_ARN.search(integration["uri"])
    if integration["payloadFormatVersion"] != "2.0" or found is None:
        raise Unsupported(f"{method} {path}: only Lambda with payload format 2.0")
    guard = _guard(operation.get("security", []), schemes)
    name = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
    return Route(name, path, found[0], guard)


def _guard(security: list[dict[str, list[str]]], schemes: Mapping[str, Any]) -> Guard | None:
    """Read the authorizer of a route and its scopes; SAM spells "no authorizer" NONE."""
    options = [item for option in security for item in option.items() if item[0] != "NONE"]
    if not options:
        return None
    name, scopes = options[0]
    jwt = schemes[name]["x-amazon-apigateway-authorizer"]["jwtConfiguration"]
    return Guard(jwt["issuer"], tuple(jwt["audience"]), tuple(scopes))
