"""Banks through Enable Banking: consents, and what a bank asks back."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from local.sources.bank_history import GIRO, made_up_bank
from local.sources.enable_banking import EnableBankingSource
from tests.connectors.bank_world import NOW, RETURN_TO, BankWorld, Known, still
from tidemark.connector_kit.http import Http
from tidemark.connector_kit.registry import Registry
from tidemark.connectors.enable_banking import EnableBanking
from tidemark.domain.consents import Answer, Need
from tidemark.domain.pages import Window
from tidemark.errors import (
    BadCredentials,
    ConsentGone,
    Invalid,
    OwnerNeeded,
    SourceError,
    SourceGarbage,
)

type World = BankWorld[EnableBankingSource]
CLOCKS_DIFFER = timedelta(minutes=5)


@pytest.fixture
def world() -> Iterator[World]:
    """Serve a bank with three accounts; nobody has consented yet."""
    with EnableBankingSource(made_up_bank(still())) as source:
        yield BankWorld(source, "enable_banking")


def test_without_a_consent_the_owner_is_needed(world: World) -> None:
    """Pages, balances and the end of the consent say so alike."""
    with world.open() as source:
        for ask in (world.read, source.consent_until, source.balances):
            with pytest.raises(OwnerNeeded) as caught:
                ask()
            assert caught.value.need == Need.CONSENT


def test_before_a_consent_there_is_the_bank_to_ask_for(world: World) -> None:
    """Rights are asked for when somebody only wants to know whether it can be connected."""
    for aspsp, country, fine in (
        ("musterbank", "DE", True),
        ("Nobank", "DE", False),
        ("Musterbank", "FR", False),
    ):
        credentials = EnableBanking.check({"aspsp": aspsp, "country": country})
        with world.registry.get("enable_banking").open(credentials) as source:
            if fine:
                assert source.rights().read_only
            else:
                with pytest.raises(BadCredentials):
                    source.rights()


def test_a_bank_whose_clock_is_behind_agrees(world: World) -> None:
    """The most that it takes is counted from its own time."""
    world.source.bank.clock.set(NOW - timedelta(minutes=2))
    clock = still()
    registry = Registry(
        "tidemark.connectors", clock, {world.name: world.source.url}, applications=Known()
    )
    with registry.get(world.name).open(world.owners) as source:
        assert source.link("state", RETURN_TO).url


def test_a_consent_says_how_long_it_lasts(world: World) -> None:
    """Until it has ended, by itself or by somebody's hand: then the bank is to be connected."""
    world.consent()
    with world.open() as source:
        assert source.consent_until() == NOW + timedelta(days=180) - CLOCKS_DIFFER
        assert source.rights().read_only is True
    for status in ("REVOKED", "CLOSED", "CANCELLED", "EXPIRED"):
        world.source.end_sessions(status)
        with world.open() as source, pytest.raises(ConsentGone):
            source.consent_until()
    with pytest.raises(ConsentGone):
        world.read()


def test_a_password_goes_with_the_repeated_request(world: World) -> None:
    """A wrong one is asked for again; the right one is used once, and the reading counted once."""
    world.consent()
    world.source.asking.require("otp", "4711")
    window = Window(None, NOW)
    for otp in ("0815", "4711"):
        with world.open() as source:
            with pytest.raises(OwnerNeeded) as caught:
                source.page("transactions", window, None, None)
            assert caught.value.need == Need.OTP
            source.answer(Answer(otp))
            if otp == "0815":
                with pytest.raises(OwnerNeeded):
                    source.page("transactions", window, None, None)
                continue
            assert source.page("transactions", window, None, None).transactions
    assert world.source.asking.wrong == 1
    assert len(world.read().found) == world.source.bank.count()


def test_a_confirmation_is_waited_for(world: World) -> None:
    """Nothing is sent; the request is only repeated."""
    world.consent()
    world.source.asking.require("confirmation")
    with pytest.raises(OwnerNeeded) as caught:
        world.read()
    assert caught.value.need == Need.CONFIRMATION
    world.source.asking.confirm()

    assert len(world.read().found) == world.source.bank.count()


def test_there_has_to_be_such_a_bank(world: World) -> None:
    """Names are found whatever their case; of others some are named that may be meant."""
    world.owners = {**world.owners, "aspsp": "musterbank"}
    assert world.consent().credentials["aspsp"] == "Musterbank"
    world.owners = {**world.owners, "aspsp": "Mustrbank"}
    with world.registry.get("enable_banking").open(world.owners) as source:
        with pytest.raises(BadCredentials, match=r"like it: Musterbank\."):
            source.link("state", RETURN_TO)
        assert isinstance(source, EnableBanking)
        assert [bank["name"] for bank in source.banks("DE")] == ["Musterbank", "Sparkasse Nord"]
        assert source.banks("FR") == []


def test_a_code_is_good_once(world: World) -> None:
    """The second time, and without any, there is no consent."""
    world.consent()
    with world.open() as source, pytest.raises(BadCredentials):
        source.grant("nobody gave this", {})


def test_consents_ask_for_no_more_than_the_bank_allows(world: World) -> None:
    """The bank's most, and never more than 180 days."""
    for most, expected in ((timedelta(days=90), 90), (timedelta(days=400), 180)):
        world.source.behaviour.maximum_validity = most
        assert world.consent().expires_at == NOW + timedelta(days=expected) - CLOCKS_DIFFER


def test_identity_is_that_of_the_accounts(world: World) -> None:
    """Two links before a consent are two; with the same accounts they are one connection."""
    first = EnableBanking.identity(world.owners)
    assert first != EnableBanking.identity(world.owners)
    one, other = (EnableBanking.identity(world.consent().credentials) for _ in range(2))
    assert one == other
    world.source.bank.share(GIRO)
    assert EnableBanking.identity(world.consent().credentials) != one


@pytest.mark.parametrize(
    "wrong",
    [{"country": "Germany"}, {"country": "D1"}, {"psu_type": "rich"}, {"session_id": "x"}],
)
def test_the_form_is_checked(wrong: dict[str, str]) -> None:
    """What only a consent can give is not taken from an owner."""
    fine = {"aspsp": "Musterbank", "country": "de"}

    assert EnableBanking.check(fine) == {**fine, "country": "DE", "psu_type": "personal"}
    with pytest.raises(Invalid):
        EnableBanking.check({**fine, **wrong})


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"psu_types": ["business"]}, BadCredentials),
        ({"url": "javascript:alert(1)"}, SourceGarbage),
        ({"url": None}, SourceGarbage),
    ],
)
def test_a_link_is_refused_before_an_owner_opens_it(
    told: dict[str, object], error: type[SourceError]
) -> None:
    """A bank for other customers, or an address that is no page."""
    bank = {"name": "Musterbank", "country": "DE", **told}
    answers = {"/aspsps": {"aspsps": [bank]}, "/auth": told}
    transport = httpx.MockTransport(lambda asked: httpx.Response(200, json=answers[asked.url.path]))
    clock = still()
    with (
        EnableBanking(
            {"aspsp": "Musterbank", "country": "DE"},
            http=Http(EnableBanking.base_url, clock=clock, transport=transport),
            clock=clock,
            application=Known().get("enable_banking"),
        ) as source,
        pytest.raises(error),
    ):
        source.link("state", RETURN_TO)
