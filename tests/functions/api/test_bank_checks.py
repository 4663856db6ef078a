"""Balance checks of banks over HTTP: their owner is there while they are made."""

from datetime import timedelta
from typing import Any

import pytest

from tests.bank import HOUR, BankDesk
from tests.judged import on_demand
from tidemark.domain.consents import Present
from tidemark.errors import RateLimited


@pytest.fixture
def desk() -> BankDesk:
    """Give a desk with a bank that was synced before."""
    made = BankDesk()
    made.made = made.linked()
    made.step(made.made, made.made["first_sync"])
    made.world.clock.advance(HOUR)
    return made


def ask(desk: BankDesk) -> dict[str, Any]:
    """Have the balances checked, by the owner."""
    body = {"integrations": [desk.made["id"]]}
    return dict(desk.send("POST", "/v1/balance_checks", body).json)


def work(desk: BankDesk, check: dict[str, Any]) -> str:
    """Be the worker, once; give how far the check is."""
    world = desk.world
    on_demand(world).work(desk.key(desk.made), check["id"], world.worker("check"))
    return str(desk.send("GET", f"/v1/balance_checks/{check['id']}").json["status"])


def kept(desk: BankDesk, check: dict[str, Any]) -> Present | None:
    """Give who is kept beside a check."""
    found = desk.world.balance_checks.get("alice", check["id"])
    assert found is not None
    return found.present


def test_a_bank_hears_that_its_owner_asks(desk: BankDesk) -> None:
    """So it is no reading without its customer; afterwards nobody knows who that was."""
    check = ask(desk)
    assert "ip" not in check
    assert work(desk, check) == "done"
    present = desk.bank.opened[-1][1]
    assert present is not None
    assert present.ip
    assert kept(desk, check) is None


def test_the_owner_is_known_until_the_bank_has_told(desk: BankDesk) -> None:
    """It asks to wait; once nothing is waited for any more, nothing is kept."""

    def busy(_call: str) -> None:
        raise RateLimited("Later.", timedelta(minutes=5))

    desk.bank.trouble = busy
    check = ask(desk)
    assert work(desk, check) == "running"
    assert kept(desk, check) is not None
    desk.world.clock.advance(HOUR)
    assert work(desk, check) == "partial"
    assert kept(desk, check) is None


def test_nobody_is_kept_for_a_check_without_banks(desk: BankDesk) -> None:
    """Only banks want to know."""
    desk.send("POST", f"/v1/integrations/{desk.made['id']}/pause")
    check = desk.send("POST", "/v1/balance_checks", {"integrations": "all"}).json
    assert kept(desk, check) is None
