"""What the policy tests ask the transformed template."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from local.template import Resource, Template, of_type
from tools.transformed import transformed

METHODS = {"get", "post", "patch", "put", "delete"}
KEY = "AWS::KMS::Key"
FUNCTION = "AWS::Lambda::Function"
ROLE = "AWS::IAM::Role"
TABLE = "AWS::DynamoDB::Table"
QUEUE = "AWS::SQS::Queue"


@cache
def template() -> Template:
    """Give the transformed template, made once."""
    return transformed()


def all_of(kind: str) -> dict[str, Resource]:
    """Give the resources of a type by logical id."""
    return dict(of_type(template(), kind))


def properties(name: str) -> dict[str, Any]:
    """Give the properties of one resource."""
    found: dict[str, Any] = template()["Resources"][name]["Properties"]
    return found


def routes() -> dict[str, dict[str, Any]]:
    """Give the HTTP API's routes, as in ``GET /v1/syncs``, with their operations."""
    paths = properties("HttpApi")["Body"]["paths"]
    return {
        f"{method.upper()} {path}": operation
        for path, operations in paths.items()
        for method, operation in operations.items()
        if method in METHODS
    }


def statements(role: str) -> Iterator[dict[str, Any]]:
    """Go through the statements of a role's own policies."""
    for policy in properties(role).get("Policies", []):
        yield from policy["PolicyDocument"]["Statement"]


def as_list(value: object) -> list[Any]:
    """Give a list of what may be one thing or a list of them."""
    return value if isinstance(value, list) else [value]


def roles_allowed(action: str) -> set[str]:
    """Name the roles whose own policies allow an action."""
    return {
        role
        for role in all_of(ROLE)
        for statement in statements(role)
        if action in as_list(statement["Action"])
    }


def target(reference: object) -> str:
    """Name the resource that a Ref or an attribute's GetAtt refers to."""
    match reference:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), _]}:
            return name
    raise AssertionError(f"no reference to a resource: {reference}")
