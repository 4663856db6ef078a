"""What a key may do, asked for weekly by the schedule, each function as on AWS."""

from datetime import datetime, timedelta
from typing import Any

from functions.dispatch import app as dispatch
from local.sources.kraken_history import generate
from tests.functions.stage import Stage
from tests.functions.test_entitlement_flows import license as give_licence


def test_a_key_that_may_withdraw_by_then_is_found_without_a_licence(stage: Stage) -> None:
    """At its turn in a week's time; nothing is read, and the inbox says what to take away."""
    account = stage.exchange.account(generate(5))
    give_licence(stage, "pro")
    made = stage.connect(account.credentials, start_sync=False)
    turn = stage.send("GET", f"/v1/integrations/{made['id']}").json["next_sync_at"]
    give_licence(stage, "free")
    account.behaviour.rights = (*account.behaviour.rights, "withdraw-funds")

    later = datetime.fromisoformat(turn) + timedelta(days=7)
    now = datetime.fromisoformat(stage.send("GET", "/v1/account").json["last_seen_at"])
    stage.advance((later - now).total_seconds() + 1)
    tick: Any = {"wheel": "daily", "at": later.isoformat()}
    assert dispatch.handler(tick, stage.context()) == {"fired": 0}
    assert stage.deliver(*stage.messages()) == []

    found = stage.send("GET", f"/v1/integrations/{made['id']}").json
    assert (found["status"], found["status_reason"]) == ("invalid_credentials", "key_not_read_only")
    (issue,) = stage.send("GET", "/v1/issues").json["data"]
    assert (issue["type"], issue["details"]["remove"]) == ("key_rights", "withdraw-funds")
    assert stage.send("GET", "/v1/syncs").json["data"] == []
