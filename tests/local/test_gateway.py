"""The HTTP API on this machine answers like API Gateway."""

import httpx
import jwt
import pytest

from local import identity
from tests.local.conftest import Toy


def test_the_event_has_payload_format_2(toy: Toy) -> None:
    """The function gets the event that API Gateway would make."""
    answer = toy.child.client("alice").get(
        "/v1/things/a%2Fb?x=1&x=2&y=%20z", headers={"X-Own": "Yes", "Cookie": "c=1; d=2"}
    )

    event = answer.json()
    assert answer.status_code == 201
    assert event["version"] == "2.0"
    assert event["routeKey"] == "GET /v1/things/{id}"
    assert event["rawPath"] == "/v1/things/a%2Fb"
    assert event["rawQueryString"] == "x=1&x=2&y=%20z"
    assert event["pathParameters"] == {"id": "a/b"}
    assert event["queryStringParameters"] == {"x": "1,2", "y": " z"}
    assert event["headers"]["x-own"] == "Yes"
    assert event["cookies"] == ["c=1", "d=2"]
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    assert (claims["sub"], claims["scope"]) == ("alice", "read write")
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert 0 < int(answer.headers["x-left-ms"]) <= 2000


def test_the_most_specific_route_is_taken(toy: Toy) -> None:
    """A route without placeholders comes before one with."""
    event = toy.child.client("alice").get("/v1/things/special").json()

    assert event["routeKey"] == "GET /v1/things/special"
    assert "pathParameters" not in event


def test_bodies_are_text_or_base64(toy: Toy) -> None:
    """JSON arrives as text, bytes in base64."""
    client = toy.child.client("alice")

    text = client.post("/v1/things", json={"a": 1}).json()
    data = client.post(
        "/v1/things", content=b"\xff\x00", headers={"content-type": "application/octet-stream"}
    ).json()

    assert (text["body"], text["isBase64Encoded"]) == ('{"a":1}', False)
    assert (data["body"], data["isBase64Encoded"]) == ("/wA=", True)


def test_an_answer_without_a_status_is_json(toy: Toy) -> None:
    """What a function returns without a status code is the body of a 200."""
    answer = toy.child.client("alice").get("/v1/things/1?plain=1")

    assert (answer.status_code, answer.json()) == (200, {"plain": True})


def test_a_function_that_fails_is_a_500(toy: Toy) -> None:
    """The reason of a failure stays inside."""
    answer = toy.child.client("alice").get("/v1/things/1?crash=1")

    assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})


def test_an_unknown_path_is_a_404(toy: Toy) -> None:
    """A path or method that the template does not have is not found, token or not."""
    client = toy.child.client("alice")

    assert client.get("/v1/nothing").json() == {"message": "Not Found"}
    assert client.delete("/v1/things/1").status_code == 404


def test_a_route_without_authorizer_is_open(toy: Toy) -> None:
    """A route with the authorizer NONE needs no token."""
    event = httpx.get(f"{toy.child.api}/v1/open").json()

    assert "authorizer" not in event["requestContext"]


def test_a_missing_scope_is_a_403(toy: Toy) -> None:
    """A token needs one of the scopes of its route."""
    answer = toy.child.client("alice", scope="read").post("/v1/things", json={})

    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


def _signed(key: str = identity.LOCAL_DEVELOPMENT_KEY, **changed: object) -> str:
    """Make a token, changed."""
    claims = {
        "iss": identity.ISSUER,
        "aud": identity.AUDIENCE,
        "sub": "alice",
        "scope": "read",
        "exp": 4102444800,
    }
    kept = {name: value for name, value in (claims | changed).items() if value is not None}
    return jwt.encode(kept, key, algorithm="HS256")


@pytest.mark.parametrize(
    "bearer",
    [
        "",
        "nonsense",
        _signed(key="another-key-that-is-long-enough-for-it"),
        _signed(iss="https://somebody.else"),
        _signed(aud="another"),
        _signed(exp=1),
        _signed(exp=None),
        jwt.encode({"sub": "alice"}, None, algorithm="none"),
    ],
)
def test_a_bad_token_is_a_401(toy: Toy, bearer: str) -> None:
    """A token must be ours: key, issuer, audience, lifetime."""
    answer = httpx.get(
        f"{toy.child.api}/v1/things/1", headers={"authorization": f"Bearer {bearer}".strip()}
    )

    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})


def test_a_good_token_is_let_in(toy: Toy) -> None:
    """The control for the bad ones."""
    answer = httpx.get(
        f"{toy.child.api}/v1/things/1", headers={"authorization": f"Bearer {_signed()}"}
    )

    assert answer.status_code == 201
