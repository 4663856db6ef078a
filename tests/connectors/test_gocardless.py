"""Banks through GoCardless: consents, tokens, limits, and accounts that change their ids."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from local.sources.bank_history import DOLLARS, GIRO, SAVINGS, made_up_bank
from local.sources.gocardless import GocardlessSource
from tests.connectors.bank_world import NOW, PRESENT, RETURN_TO, BankWorld, still
from tidemark.connectors.gocardless import Gocardless
from tidemark.domain.consents import Need
from tidemark.domain.legs import net
from tidemark.errors import (
    AskedInVain,
    BadCredentials,
    ConsentGone,
    Invalid,
    OwnerNeeded,
    RateLimited,
)

type World = BankWorld[GocardlessSource]


@pytest.fixture
def world() -> Iterator[World]:
    """Serve a bank with three accounts; nobody has consented yet."""
    with GocardlessSource(made_up_bank(still())) as source:
        yield BankWorld(source, "gocardless")


def test_everything_comes_out(world: World) -> None:
    """All booked rows of all accounts, adding up to the balances; pending ones beside them."""
    granted = world.consent()
    read = world.read()
    legs = [leg for found in read.found.values() for leg in found.legs]

    assert len(granted.accounts) == 3
    assert granted.expires_at == NOW + timedelta(days=180)
    assert len(read.found) == world.source.bank.count()
    with world.open() as source:
        assert source.balances() == net(legs) == world.source.bank.balances()
        assert source.consent_until() == granted.expires_at
        assert source.rights().read_only is True
    assert sum(len(page.pending) for page in read.pages) == 1
    assert not read.unread


def test_a_renewed_consent_keeps_ids(world: World) -> None:
    """Its accounts have other ids, and are known by their numbers."""
    first = world.consent()
    before = world.read()
    second = world.consent()

    assert first.accounts == second.accounts
    assert first.credentials["accounts"] != second.credentials["accounts"]
    assert world.read().found.keys() == before.found.keys()


@pytest.mark.parametrize("back", [None, 800])
def test_what_lies_before_the_agreements_days_is_not_claimed(back: int | None) -> None:
    """Rows reach to the edge of what was agreed to: there is more, which GoCardless never gives."""
    with GocardlessSource(made_up_bank(still(), days=900)) as source:
        world = BankWorld(source, "gocardless")
        source.bank.share(SAVINGS)
        world.consent()
        read = world.read(None if back is None else NOW - timedelta(days=back))

    assert read.pages[-1].history_from == datetime(2024, 1, 16, tzinfo=UTC)
    assert "2024-01-16" in read.warnings[0]


def test_a_history_that_begins_later_is_whole(world: World) -> None:
    """An account that is younger than the agreement's days; and a window within them."""
    world.consent()
    first = world.read()
    assert first.pages[-1].history_from is None
    assert not first.warnings
    assert not world.read(NOW - timedelta(days=729), first.bookmark).warnings


def test_without_a_consent_the_owner_is_needed(world: World) -> None:
    """Before the link, and after it as long as the owner was not at the bank."""
    with world.open() as source:
        for ask in (world.read, source.consent_until, source.balances):
            with pytest.raises(OwnerNeeded) as caught:
                ask()
            assert caught.value.need == Need.CONSENT
        link = source.link("state", RETURN_TO)
        with pytest.raises(OwnerNeeded):
            source.grant("", link.keep)


def test_who_does_not_agree_or_shares_nothing_is_told(world: World) -> None:
    """No consent comes of it, nor of another connection's way back."""
    with world.open() as source:
        link = source.link("state", RETURN_TO)
        assert "error=UserCancelledSession" in world.source.consent(link.url, deny=True)
        with pytest.raises(ConsentGone):
            source.grant("", link.keep)
        with pytest.raises(BadCredentials):
            source.grant("another reference", link.keep)
    world.source.bank.share()
    with pytest.raises(BadCredentials):
        world.consent()


def test_a_consent_ends(world: World) -> None:
    """By its time, or earlier: reading and asking say so alike."""
    world.consent()
    world.source.bank.clock.advance(timedelta(days=181))
    with world.open() as source:
        for ask in (source.consent_until, world.read, source.balances):
            with pytest.raises(ConsentGone):
                ask()


def test_limits_are_heeded(world: World) -> None:
    """What GoCardless says of each account and scope is passed on, and waited for."""
    world.consent()
    first = world.read()
    heard = world.quota.heard

    assert {left for (_, scope), (left, _) in heard.items() if scope == "transactions"} == {3}
    assert len(heard) == len(world.quota.taken) == 3
    for _ in range(3):
        world.read(NOW - timedelta(days=45), first.bookmark)
    world.source.bank.clock.advance(timedelta(hours=1))
    with pytest.raises(RateLimited) as caught:
        world.read(NOW - timedelta(days=45), first.bookmark)
    assert caught.value.retry_after == timedelta(hours=23, seconds=1)
    assert 0 in {left for left, _ in heard.values()}


def test_a_bank_that_is_down_is_asked_once_a_sync(world: World) -> None:
    """Each try counts, whoever is there."""
    world.consent()
    world.source.behaviour.fails["transactions"] = 503, "ServiceError"
    with pytest.raises(AskedInVain):
        world.read(present=PRESENT)
    assert len(world.quota.taken) == 1


def test_one_token_serves_until_it_is_refused(world: World) -> None:
    """It is fetched once for all calls; one that is not good any more is replaced."""
    world.consent()
    world.read()
    tokens = world.source.requests["token"]
    world.source.tokens.until.clear()
    world.read(NOW - timedelta(days=9))

    assert tokens <= 1
    assert world.source.requests["token"] == tokens + 1


def test_an_account_that_is_shared_later_is_read_from_its_beginning(world: World) -> None:
    """Whatever the others' window."""
    world.source.bank.share(GIRO)
    world.consent()
    first = world.read()
    world.source.bank.share(GIRO, DOLLARS)
    world.consent()
    second = world.read(NOW - timedelta(days=45), first.bookmark)

    dollars = [found for found in second.found.values() if found.legs[0].asset == "USD"]
    assert len(dollars) == len(world.source.bank.accounts[DOLLARS].booked)


def test_banks_are_known_by_id_and_by_name(world: World) -> None:
    """Both do; others are refused."""
    for name, fine in (("Musterbank", True), ("musterbank_mustdeff", True), ("Nobank", False)):
        credentials = Gocardless.check({"aspsp": name, "country": "de"})
        with world.registry.get("gocardless").open(credentials) as source:
            if fine:
                assert source.rights().read_only
                assert source.link("state", RETURN_TO).url.startswith("http")
            else:
                for ask in (source.rights, lambda: source.link("state", RETURN_TO)):
                    with pytest.raises(BadCredentials):
                        ask()


def test_the_names_of_credentials_are_those_of_all_banks() -> None:
    """Who connects a bank says the same to each aggregator: psu_type, too."""
    told = {"aspsp": "Musterbank", "country": "de", "psu_type": "business"}
    assert Gocardless.check(told) == {**told, "country": "DE"}
    with pytest.raises(Invalid):
        Gocardless.check({**told, "psu_type": "rich"})


def test_identity_is_that_of_the_accounts(world: World) -> None:
    """Two links before a consent are two; with the same accounts they are one connection."""
    assert Gocardless.identity(world.owners) != Gocardless.identity(world.owners)
    one, other = (Gocardless.identity(world.consent().credentials) for _ in range(2))
    assert one == other
