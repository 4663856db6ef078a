"""Balance checks as their owner sees them: the functions with the rights they have."""

from local.sources.kraken_history import generate
from tests.e2e.conftest import Json, Server
from tests.exchange import Exchange


def check(server: Server, owner: str, name: str) -> Json:
    """Have an integration checked, and give the row of euros."""
    asked = server.post("/v1/balance_checks", owner, {"integrations": [name]}, expected=202)
    server.idle(30)
    found = server.get(f"/v1/balance_checks/{asked['id']}", owner)
    assert found["status"] == "done"
    (row,) = (each for each in found["rows"] if each["asset"] == "EUR")
    return dict(row)


def test_a_mismatch_is_located_and_goes_away(server: Server, exchange: Exchange) -> None:
    """What was deleted shows at the record behind it; a sync in mode missing closes it."""
    owner, account = "balanced-owner", exchange.account(generate(90))
    made = server.connect(owner, "kraken", **account.credentials)
    assert server.ended(owner, made["first_sync"])["status"] == "succeeded"
    name = made["id"]
    good = check(server, owner, name)
    assert good["difference"] == "0"
    euros = [
        each
        for each in server.transactions(owner)
        if any(leg["asset"] == "EUR" for leg in each["legs"])
    ]
    gone, behind = euros[5], euros[4]
    assert server.ask("DELETE", f"/v1/transactions/{gone['id']}", owner).status_code == 200

    bad = check(server, owner, name)
    assert bad["last_good_at"] == good["as_of"]
    assert bad["first_bad_transaction"] == behind["id"]
    assert bad["source_ids"] == [euros[6]["source_id"], behind["source_id"]]
    assert bad["tips"][0]["ids"] == [gone["id"]]
    (issue,) = server.get("/v1/issues", owner)["data"]
    assert (issue["type"], issue["state"]) == ("balance_mismatch", "open")

    server.sync(owner, name, "missing")
    (issue,) = server.get("/v1/issues", owner)["data"]
    assert issue["state"] == "resolved"
    assert check(server, owner, name)["difference"] == "0"
