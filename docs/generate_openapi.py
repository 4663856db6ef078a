"""Writes docs/openapi.json, and the copy that the API serves, from the routes themselves.

Run ``python docs/generate_openapi.py``; with ``--check`` it only tells whether both are fresh.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

_ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(_ROOT / "shared"), str(_ROOT)]

from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer  # noqa: E402

from functions.api.entry import Api  # noqa: E402 - the path comes first
from functions.api.problems import PROBLEM_JSON  # noqa: E402
from functions.api.routes.openapi import DOCUMENT  # noqa: E402
from functions.api.services import Services  # noqa: E402
from functions.api.shapes.problems import Problem  # noqa: E402
from functions.api.wired import Wired  # noqa: E402

TARGETS = (_ROOT / "docs" / "openapi.json", DOCUMENT)

_VERSION = "1"
_REF = "#/components/schemas/{model}"
_BEARER = HTTPBearer(
    bearerFormat="JWT", description="A JWT whose `sub` is the owner, with the scope asked for."
)
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same request gets the same answer for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag that was read; an older one is refused with 412.",
    "schema": {"type": "string"},
}
_NOT_SHOWN = ("ValidationError", "Query")
_MATCHED = ("/v1/integrations/", "/v1/transactions/")
_ALSO_MATCHED = ("/exclude", "/include", "/reset")
_DONE_ONCE_ANYWAY = "/answer"


def generate() -> str:
    """Give the document as text, the same for the same routes."""
    api = Api(Services(cast("Wired", None)))
    api.include_all()
    made = api.resolver.get_openapi_json_schema(
        title="Tidemark",
        version=_VERSION,
        description="One ledger of all your accounts.",
        security_schemes={"bearer": _BEARER},
    )
    document = json.loads(made)
    document.pop("servers", None)
    components = document["components"]
    _describe_parameters(api, document)
    components["schemas"] = _schemas(components["schemas"])
    for method, path, operation in _operations(document):
        _complete(method, path, operation)
    document["paths"] = dict(sorted(document["paths"].items()))
    return json.dumps(_without_nulls(document), indent=2, ensure_ascii=False) + "\n"


def _describe_parameters(api: Api, document: dict[str, Any]) -> None:
    """Say all of the parameters of lists: Powertools leaves out bounds and choices."""
    schemas = document["components"]["schemas"]
    for route in api.routes:
        operation = document["paths"][route.openapi_path][route.method.lower()]
        for query in route.dependant.query_params:
            model = schemas.get(getattr(query.field_info.annotation, "__name__", ""), {})
            properties = model.get("properties", {})
            for parameter in operation["parameters"]:
                if parameter["name"] in properties:
                    parameter["schema"] = _optional(properties[parameter["name"]])


def _optional(schema: dict[str, Any]) -> dict[str, Any]:
    """Give a parameter's schema: it is left out where a field would be null."""
    shape = {name: each for name, each in schema.items() if name not in {"title", "default"}}
    choices = [each for each in shape.pop("anyOf", []) if each != {"type": "null"}]
    default = schema.get("default")
    return {**shape, **(choices[0] if choices else {}), **({"default": default} if default else {})}


def _schemas(found: dict[str, Any]) -> dict[str, Any]:
    """Add the problem document, and leave out Powertools' own."""
    problem = Problem.model_json_schema(ref_template=_REF)
    ours = {name: shape for name, shape in found.items() if not name.endswith(_NOT_SHOWN)}
    ours |= problem.pop("$defs")
    ours["Problem"] = problem
    return dict(sorted(ours.items()))


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Go through all operations."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def _complete(method: str, path: str, operation: dict[str, Any]) -> None:
    """Say what holds for all operations of a kind."""
    operation["operationId"] = operation["operationId"].split("_v1_")[0]
    responses = {code: shape for code, shape in operation["responses"].items() if code != "422"}
    if method == "delete" and path.startswith("/v1/transactions"):
        responses["204"] = {"description": "Forgotten, without a trace."}
    responses["default"] = {
        "description": "A problem",
        "content": {PROBLEM_JSON: {"schema": {"$ref": _REF.format(model="Problem")}}},
    }
    operation["responses"] = responses
    parameters = operation.setdefault("parameters", [])
    if method == "post" and not path.endswith(_DONE_ONCE_ANYWAY):
        parameters.append(_IDEMPOTENCY_KEY)
    changes = method in {"patch", "delete"} and path.startswith(_MATCHED)
    if changes or path.endswith(_ALSO_MATCHED):
        parameters.append(_IF_MATCH)


def _without_nulls(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Leave out members that say nothing; ``default: null`` says something."""
    if isinstance(value, dict):
        return {
            name: _without_nulls(each)
            for name, each in value.items()
            if each is not None or name == "default"
        }
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value


def main(arguments: list[str]) -> int:
    """Write the documents, or tell which is stale."""
    text = generate()
    if "--check" in arguments:
        stale = [
            path.relative_to(_ROOT)
            for path in TARGETS
            if not path.exists() or path.read_text(encoding="utf-8") != text
        ]
        for path in stale:
            sys.stderr.write(f"{path} is stale: run make openapi\n")
        return 1 if stale else 0
    for path in TARGETS:
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
