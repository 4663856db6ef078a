"""The conventions of the API: problems, strictness, idempotency, ETags, cursors."""

import base64

import pytest

from tests.functions.api.desk import FIRST, SECOND, Desk, event_of

INTEGRATION = f"/v1/integrations/{FIRST.integration_id}"


@pytest.fixture
def desk() -> Desk:
    """Give a desk with five transactions of one integration."""
    made = Desk()
    made.fill(5)
    return made


@pytest.mark.parametrize("limit", ["0", "-1", "201", "many", "1.5", ""])
def test_a_limit_is_from_1_to_200(desk: Desk, limit: str) -> None:
    """Everything else is refused, on every list."""
    lists = ("transactions", "integrations", "syncs", "balances", "issues", "events")
    for path in (*lists, "webhook_endpoints", "connectors"):
        assert desk.send("GET", f"/v1/{path}", limit=limit).status == 422, path


@pytest.mark.parametrize("body", ["{", "[1", "nul", '{"a":NaN}', '{"a":1,"a":2}', "[" * 100_000])
def test_malformed_json_is_400(desk: Desk, body: str) -> None:
    """It is refused before anything is looked at, too deep or ambiguous JSON too."""
    reply = desk.send("POST", "/v1/syncs", body)
    assert (reply.status, reply.code) == (400, "malformed_json")


def test_a_body_that_is_no_object_is_400(desk: Desk) -> None:
    """Powertools would take the first element of a list."""
    body = [{"integrations": "all", "mode": "incremental"}]
    assert desk.send("POST", "/v1/syncs", body).status == 400


def test_a_body_in_base64_is_read_and_must_be_text(desk: Desk) -> None:
    """API Gateway encodes what it takes for binary."""
    event = event_of("POST", "/v1/syncs", {"integrations": "all", "mode": "incremental"})
    event.update(body=base64.b64encode(event["body"].encode()).decode(), isBase64Encoded=True)
    assert desk.api(event, None)["statusCode"] == 202
    event["body"] = base64.b64encode(b"\xff\xfe").decode()
    assert desk.api(event, None)["statusCode"] == 400


def test_a_body_must_say_that_it_is_json(desk: Desk) -> None:
    """A form is not read as JSON."""
    headers = {"content-type": "application/x-www-form-urlencoded"}
    reply = desk.send("POST", "/v1/syncs", "mode=incremental", headers=headers)
    assert (reply.status, reply.code) == (415, "unsupported_media_type")


def test_an_unknown_path_is_404_and_a_wrong_method_405(desk: Desk) -> None:
    """Both are problems; the second says what is allowed."""
    assert desk.send("GET", "/v1/nothing").code == "unknown_route"
    assert desk.send("GET", "/v1/nothing").status == 404
    assert desk.send("GET", "/").status == 404
    reply = desk.send("PUT", INTEGRATION, {})
    assert (reply.status, reply.code) == (405, "method_not_allowed")
    assert reply.headers["Allow"] == "DELETE, GET, PATCH"


def test_without_a_subject_nobody_is_let_in(desk: Desk) -> None:
    """The gateway refuses such requests; so do we."""
    for path in ("transactions", "integrations", "syncs", "balances", "issues"):
        reply = desk.send("GET", f"/v1/{path}", owner=None)
        assert (reply.status, reply.code) == (401, "unauthenticated")
        assert reply.headers["WWW-Authenticate"] == "Bearer"


def test_connectors_and_the_document_need_no_token(desk: Desk) -> None:
    """They are the same for everybody."""
    assert desk.send("GET", "/v1/connectors", owner=None).status == 200
    assert desk.send("GET", "/v1/openapi.json", owner=None).json["openapi"].startswith("3.1")


def test_the_document_names_headers_only_where_they_count(desk: Desk) -> None:
    """If-Match where there is an ETag; Idempotency-Key not for answers, which are not kept."""
    document = desk.send("GET", "/v1/openapi.json", owner=None).json
    named = {
        (header["name"], path)
        for path, methods in document["paths"].items()
        for operation in methods.values()
        for header in operation["parameters"]
        if header["in"] == "header"
    }
    matched = {path.split("/")[2] for name, path in named if name == "If-Match"}
    assert matched == {"integrations", "transactions"}
    assert ("Idempotency-Key", "/v1/syncs") in named
    assert ("Idempotency-Key", "/v1/syncs/{sync_id}/answer") not in named


def test_an_unknown_query_parameter_is_refused(desk: Desk) -> None:
    """A filter with a typo must not list everything."""
    reply = desk.send("GET", "/v1/transactions", asst="BTC")
    assert (reply.status, reply.pointers) == (422, ["/query/asst"])


def test_if_match_protects_an_integration(desk: Desk) -> None:
    """The present ETag passes, an older one is 412, without one the last write wins."""
    etag = desk.send("GET", INTEGRATION).headers["ETag"]
    changed = desk.send("PATCH", INTEGRATION, {"name": "A"}, headers={"if-match": etag})
    assert changed.status == 200
    assert changed.headers["ETag"] != etag
    for stale in (etag, '"99"', '"x"', "no tag"):
        reply = desk.send("PATCH", INTEGRATION, {"name": "B"}, headers={"if-match": stale})
        assert (reply.status, reply.code) == (412, "stale"), stale
        assert desk.send("DELETE", INTEGRATION, headers={"if-match": stale}).status == 412
    assert desk.send("GET", INTEGRATION).json["name"] == "A"
    assert desk.send("PATCH", INTEGRATION, {"name": "C"}).status == 200
    assert desk.send("PATCH", INTEGRATION, {"name": "D"}, headers={"if-match": "*"}).status == 200


def test_if_match_protects_a_transaction(desk: Desk) -> None:
    """Also against one that was forgotten and came again."""
    path = f"/v1/transactions/{desk.ids()[0]}"
    etag = desk.send("GET", path).headers["ETag"]
    assert desk.send("POST", f"{path}/exclude", headers={"if-match": etag}).status == 200
    for method, action in (("POST", "/include"), ("DELETE", "")):
        reply = desk.send(method, path + action, headers={"if-match": etag})
        assert (reply.status, reply.code) == (412, "stale")
    assert desk.send("DELETE", path, headers={"if-match": etag}, permanent="true").status == 412
    weak = "W/" + desk.send("GET", path).headers["ETag"]
    assert desk.send("DELETE", path, headers={"if-match": weak}).status == 200


def test_a_cursor_is_good_only_for_its_own_list(desk: Desk) -> None:
    """Another owner's, another filter's, another list's and a tampered one are refused."""
    desk.world.connect(SECOND)
    cursor = desk.send("GET", "/v1/transactions", limit="2").json["next_cursor"]
    assert desk.send("GET", "/v1/transactions", limit="3", cursor=cursor).status == 200
    refused = [
        desk.send("GET", "/v1/transactions", owner="bob", cursor=cursor),
        desk.send("GET", "/v1/transactions", cursor=cursor, asset="BTC"),
        desk.send("GET", "/v1/transactions", cursor=cursor, sort="occurred_at"),
        desk.send("GET", "/v1/syncs", cursor=cursor),
        desk.send("GET", "/v1/transactions", cursor=cursor + "A"),
        desk.send("GET", "/v1/transactions", cursor="B" + cursor[1:]),
        desk.send("GET", "/v1/transactions", cursor="é"),
        desk.send("GET", "/v1/transactions", cursor="x"),
    ]
    assert [(each.status, each.code) for each in refused] == [(422, "invalid_cursor")] * 8
