"""What nobody asked for is refused: unknown parameters, and bodies where none is read."""

import json
from collections.abc import Iterator
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver, Route
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from pydantic import BaseModel

from functions.api.call import Call
from functions.api.refusals import Malformed
from tidemark.errors import FieldError, Invalid


def nothing_unknown(app: ApiGatewayResolver, following: NextMiddleware) -> Response[Any]:
    """Refuse parameters and fields that the route does not know."""
    call: Call = app.context["call"]
    route: Route = app.context["_route"]
    errors = [FieldError(f"/query/{name}", _UNKNOWN) for name in _unknown(route, call)]
    if not route.dependant.body_params:
        errors += [FieldError(f"/{name}", _UNKNOWN) for name in read_object(call.body or "{}")]
    if errors:
        raise Invalid("The request is not valid.", errors)
    return following(app)


_UNKNOWN = "This field is not known."


def _unknown(route: Route, call: Call) -> list[str]:
    """Give the parameters that came and are not known, where the route is not open to any."""
    shapes = [parameter.field_info.annotation for parameter in route.dependant.query_params]
    if any(_takes_any(shape) for shape in shapes):
        return []
    known = set(_parameters(route))
    return [name for name in call.query if name not in known]


def _takes_any(shape: object) -> bool:
    """Tell whether a shape leaves alone what it does not know: strangers come to it."""
    if not isinstance(shape, type) or not issubclass(shape, BaseModel):
        return False
    return shape.model_config.get("extra") == "ignore"


def _parameters(route: Route) -> Iterator[str]:
    """Give the names of the query parameters that a route takes."""
    for parameter in route.dependant.query_params:
        shape = parameter.field_info.annotation
        if isinstance(shape, type) and issubclass(shape, BaseModel):
            yield from (field.alias or name for name, field in shape.model_fields.items())
        else:
            yield parameter.alias


def read_object(text: str) -> dict[str, Any]:
    """Read a JSON object, strictly.

    Raises:
        Malformed: when it is not JSON, or not an object.
    """
    try:
        value = json.loads(text, parse_constant=_refuse, object_pairs_hook=_distinct)
    except (ValueError, RecursionError):
        raise Malformed("The body is not valid JSON.") from None
    if not isinstance(value, dict):
        raise Malformed("The body must be a JSON object.")
    return value


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object whose names are distinct."""
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name is given twice")
    return dict(pairs)


def _refuse(constant: str) -> float:
    """Refuse NaN and Infinity, which JSON does not have."""
    raise ValueError(constant)
