"""The function as Lambda calls it: its events."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api.app import handler

ROOT = Path(__file__).parents[3]


def answer(name: str) -> tuple[int, Any]:
    """Give status and body of the answer to one of the events."""
    event = json.loads((ROOT / "events" / f"{name}.json").read_text())
    result = handler(event, LambdaContext())
    return result["statusCode"], json.loads(result["body"])


def test_the_connectors_are_shown_with_what_they_read() -> None:
    """Kraken, Bitcoin and the manual one, each with the form of its credentials."""
    status, body = answer("api_list_connectors")
    shown = {each["name"]: each for each in body["data"]}
    assert status == 200
    assert set(shown) >= {"bitcoin", "kraken", "manual"}
    assert set(shown["kraken"]["credentials_schema"]["properties"]) == {"api_key", "api_secret"}
    assert "public_key" in shown["bitcoin"]["credentials_schema"]["properties"]
    assert shown["kraken"]["import_scope"]["streams"]
    assert shown["kraken"]["forbidden_rights"]


@pytest.mark.usefixtures("aws")
def test_every_event_is_answered() -> None:
    """Through the real wiring, on an AWS where nothing of what they name is there."""
    assert answer("api_list_integrations")[0] == 200
    for name in ("list_transactions", "start_syncs", "get_sync", "exclude_transaction"):
        status, body = answer(f"api_{name}")
        assert (status, body["code"]) == (404, "not_found"), name
