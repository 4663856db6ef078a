"""What the template says of the HTTP API."""

import json
import re
from pathlib import Path

from tests.architecture.stack import all_of, properties, routes, target

PUBLIC = {
    "GET /v1/openapi.json",
    "GET /v1/connectors",
    "GET /v1/connectors/{name}",
    "GET /v1/consents/callback",
}
ROOT = Path(__file__).resolve().parents[2]


def scopes(route: str) -> set[str]:
    """Give the scopes that a route asks for; Cognito's spelling stands beside the plain one."""
    ((_, asked),) = (item for entry in routes()[route]["security"] for item in entry.items())
    return set(asked)


def anonymous(route: str) -> str:
    """Spell a route without the names of its parameters."""
    return re.sub(r"{\w+}", "{}", route)


def test_every_route_but_the_public_ones_has_an_authorizer() -> None:
    """Without one there is the catalogue of connectors, and the way back from banks."""
    protected = {
        route
        for route, operation in routes().items()
        if any("Jwt" in entry for entry in operation.get("security", []))
    }

    assert set(routes()) - protected == PUBLIC


def test_reading_needs_the_read_scope_and_all_else_the_write_scope() -> None:
    """A scope follows from the method; what operators do has one that owners never get."""
    for route in set(routes()) - PUBLIC:
        scope = "read" if route.startswith("GET ") else "write"
        scope = "admin" if "/v1/admin/" in route else scope
        assert scopes(route) == {scope, f"tidemark/{scope}"}, route


def test_tokens_come_from_the_issuer_and_for_the_audience_of_the_deployment() -> None:
    """Without a pool of its own, the stack takes both from its parameters."""
    scheme = properties("HttpApi")["Body"]["components"]["securitySchemes"]["Jwt"]
    settings = scheme["x-amazon-apigateway-authorizer"]["jwtConfiguration"]

    assert settings["issuer"]["Fn::If"][2] == {"Ref": "JwtIssuer"}
    assert settings["audience"][0]["Fn::If"][2] == {"Ref": "JwtAudience"}


def test_one_permission_is_for_all_routes() -> None:
    """One per route, as SAM makes of events, would outgrow the 20 KB of a function's policy."""
    (permission,) = all_of("AWS::Lambda::Permission").values()

    assert target(permission["Properties"]["FunctionName"]) == "ApiFunction"
    assert permission["Properties"]["Principal"] == "apigateway.amazonaws.com"
    assert permission["Properties"]["SourceArn"]["Fn::Sub"].endswith(":${HttpApi}/*/*")


def test_every_route_names_its_parameters_and_leads_to_the_one_function() -> None:
    """As OpenAPI demands it, and with the payload that the function reads."""
    for route, operation in routes().items():
        integration = operation["x-amazon-apigateway-integration"]
        named = [each["name"] for each in operation.get("parameters", [])]

        assert named == re.findall(r"{(\w+)}", route), route
        assert "${ApiFunction.Arn}" in integration["uri"]["Fn::Sub"], route
        assert integration["payloadFormatVersion"] == "2.0"


def test_no_other_site_may_call_it_from_a_browser() -> None:
    """CORS is closed."""
    assert "x-amazon-apigateway-cors" not in properties("HttpApi")["Body"]


def test_it_is_throttled_and_logged() -> None:
    """The one stage limits requests and keeps an access log without any token in it."""
    stage = properties("HttpApiApiGatewayDefaultStage")

    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == {"Ref": "ThrottlingRate"}
    assert stage["DefaultRouteSettings"]["ThrottlingBurstLimit"] == {"Ref": "ThrottlingBurst"}
    assert "requestId" in json.loads(stage["AccessLogSettings"]["Format"])
    assert "uthorization" not in stage["AccessLogSettings"]["Format"]


def test_no_stage_variable_turns_anything_on() -> None:
    """A stage is not a place for settings."""
    assert "StageVariables" not in properties("HttpApiApiGatewayDefaultStage")


def test_the_documented_routes_are_the_deployed_ones() -> None:
    """docs/openapi.json and template.yaml name the same routes; parameters may differ in name."""
    documented = json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"]
    listed = (f"{method.upper()} {path}" for path, each in documented.items() for method in each)

    assert {anonymous(route) for route in listed} == {anonymous(route) for route in routes()}


def test_the_sign_in_page_gives_nobody_the_admin_scope() -> None:
    """Owners sign in for what is theirs."""
    assert "tidemark/admin" not in properties("UserPoolClient")["AllowedOAuthScopes"]
