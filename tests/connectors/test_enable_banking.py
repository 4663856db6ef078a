"""Banks through Enable Banking: whole histories, windows, ids, and who is counted."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from local.sources.bank_history import DOLLARS, GIRO, SAVINGS, made_up_bank
from local.sources.enable_banking import EnableBankingSource
from tests.connectors.bank_world import NOW, PRESENT, BankWorld, still
from tidemark.domain.consents import Present
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.legs import net
from tidemark.domain.pages import Window
from tidemark.domain.setbacks import set_back
from tidemark.domain.steps import Outcome
from tidemark.domain.syncs import Mode, Run
from tidemark.errors import CursorExpired, RateLimited, SourceUnavailable

type World = BankWorld[EnableBankingSource]


@pytest.fixture
def world() -> Iterator[World]:
    """Serve a bank with three accounts; nobody has consented yet."""
    with EnableBankingSource(made_up_bank(still())) as source:
        yield BankWorld(source, "enable_banking")


def test_everything_comes_out(world: World) -> None:
    """All booked rows of all accounts, adding up to the balances; pending ones beside them."""
    granted = world.consent()
    read = world.read()
    legs = [leg for found in read.found.values() for leg in found.legs]

    assert granted.accounts == {GIRO, SAVINGS, DOLLARS}
    assert granted.expires_at == NOW + timedelta(days=180) - timedelta(minutes=5)
    assert len(read.found) == world.source.bank.count()
    with world.open() as source:
        assert source.balances() == net(legs) == world.source.bank.balances()
    assert [len(page.pending) for page in read.pages if page.pending] == [1]
    assert len(read.pages) > 10
    assert not read.warnings
    assert not read.unread


def test_a_renewed_consent_keeps_ids(world: World) -> None:
    """The accounts have other names in it, and the same identity."""
    before_names = world.consent().credentials["accounts"]
    before = world.read()
    after_names = world.consent().credentials["accounts"]

    assert before_names != after_names
    assert world.read().found.keys() == before.found.keys()


def test_a_renewal_in_the_middle_of_a_walk_begins_again(world: World) -> None:
    """The bank's key of the next page is gone with the old consent."""
    world.source.behaviour.page_size = 5
    world.consent()
    with world.open() as source:
        first = source.page("transactions", Window(None, NOW), None, None)
    world.consent()
    with world.open() as source, pytest.raises(CursorExpired):
        source.page("transactions", Window(None, NOW), first.cursor, None)


def test_other_accounts_in_the_middle_of_a_walk_begin_again(world: World) -> None:
    """A cursor is good for the accounts that it was made with."""
    world.consent()
    with world.open() as source:
        first = source.page("transactions", Window(None, NOW), None, None)
    world.source.bank.share(GIRO)
    world.consent()
    with world.open() as source, pytest.raises(CursorExpired):
        source.page("transactions", Window(None, NOW), first.cursor, None)


def test_an_account_that_is_shared_later_is_read_from_its_beginning(world: World) -> None:
    """Whatever the others' window: the bookmark tells which were read to their ends."""
    world.source.bank.share(GIRO)
    world.consent()
    first = world.read()
    world.source.bank.share(GIRO, DOLLARS)
    world.consent()
    second = world.read(NOW - timedelta(days=45), first.bookmark)

    dollars = [each for each in second.found if f":{DOLLARS}:" in each]
    assert len(dollars) == len(world.source.bank.accounts[DOLLARS].booked)
    assert len(second.found) < len(first.found)


def test_an_hour_later_the_bank_gives_less_and_that_is_said(world: World) -> None:
    """What lies before is not claimed; the rest is read.

    Asked for everything, it is the first row of the dollars that shows where the bank begins.
    """
    world.consent()
    first = world.read()
    world.source.bank.clock.advance(timedelta(hours=2))
    later = world.read(bookmark=None)
    known = world.read(NOW - timedelta(days=300), first.bookmark)

    assert len(later.found) < len(first.found)
    assert later.pages[-1].history_from == datetime(2025, 10, 22, tzinfo=UTC)
    assert later.warnings
    assert known.pages[-1].history_from == datetime(2025, 10, 17, tzinfo=UTC)
    assert "2025-10-17" in known.warnings[0]
    assert known.found.keys() == later.found.keys()


def test_ids_are_the_same_for_any_window_and_page_size(world: World) -> None:
    """Twins keep their numbers, since whole days are read, whatever begins and ends them."""
    world.consent()
    whole = world.read()
    for size, days in ((1, 9), (7, 20), (50, 88), (1_000, 30)):
        world.source.behaviour.page_size = size
        since = NOW - timedelta(days=days, hours=5)
        part = world.read(since, whole.bookmark, present=PRESENT)
        day = since.replace(hour=0)
        expected = {key for key, found in whole.found.items() if found.occurred_at >= day}
        assert part.found.keys() == expected


def test_a_range_that_lies_back_has_an_end(world: World) -> None:
    """Nothing of a later day is asked for."""
    world.consent()
    since, until = NOW - timedelta(days=40), NOW - timedelta(days=30)
    times = [found.occurred_at for found in world.read(since, None, until=until).found.values()]

    assert since.date() == min(times).date()
    assert max(times) <= until


def test_a_row_that_is_booked_leaves_the_pending_ones(world: World) -> None:
    """It comes as a transaction, and is pending no more."""
    world.consent()
    first = world.read()
    world.source.bank.settle(GIRO)
    second = world.read(NOW - timedelta(days=45), first.bookmark)

    assert not any(page.pending for page in second.pages)
    assert len(second.found.keys() - first.found.keys()) == 1


def test_each_account_is_counted_once_per_reading_and_scope(world: World) -> None:
    """However many pages it has; the bank counts the same."""
    world.consent()
    world.read()
    with world.open() as source:
        source.balances()

    scopes = [(a, s) for s in ("transactions", "balances") for a in (GIRO, SAVINGS, DOLLARS)]
    assert sorted(world.quota.taken) == sorted(scopes)
    assert world.source.unattended == dict.fromkeys((f"{a}/{s}" for a, s in scopes), 1)


def test_asking_for_fewer_days_is_the_same_reading(world: World) -> None:
    """A bank that does not go back so far has given nothing: after a long pause, too."""
    world.consent()
    first = world.read()
    world.quota.taken.clear()
    world.source.bank.clock.advance(timedelta(hours=2))
    assert world.read(NOW - timedelta(days=600), first.bookmark).warnings

    assert sorted(world.quota.taken) == [
        (a, "transactions") for a in sorted((GIRO, SAVINGS, DOLLARS))
    ]


def test_an_owner_who_is_there_is_not_counted(world: World) -> None:
    """All headers that the bank wants are sent, so that it counts nothing either."""
    world.consent()
    world.read(present=PRESENT)
    with world.open(PRESENT) as source:
        source.balances()

    assert not world.quota.taken
    assert not world.source.unattended


@pytest.mark.parametrize(
    ("required", "present"),
    [
        (("Psu-Ip-Address", "Psu-Accept-Language"), PRESENT),
        (("Psu-Ip-Address", "Psu-User-Agent"), Present("203.0.113.9", "\n")),
    ],
)
def test_headers_are_sent_all_or_none(
    world: World, required: tuple[str, ...], present: Present
) -> None:
    """What cannot be told whole is not told: the reading counts as unattended."""
    world.source.behaviour.required_psu_headers = required
    world.consent()
    world.read(present=present)

    assert len(world.quota.taken) == 3


def test_a_bank_that_is_down_is_asked_once_a_sync_with_nobody_there(world: World) -> None:
    """Else one outage would use up the day; an owner who is there may have it tried again."""
    world.consent()
    world.source.behaviour.fails["transactions"] = 408, "ASPSP_TIMEOUT"
    run = Run("sync_1", IntegrationKey("alice", "intg_1"), Mode.INCREMENTAL, NOW)
    for present, outcome in ((None, Outcome.DONE), (PRESENT, Outcome.WAIT)):
        with pytest.raises(SourceUnavailable) as caught:
            world.read(present=present)
        after, result = set_back(run, caught.value, NOW)
        assert result.outcome is outcome
        assert (after.problem is not None) is (present is None)
    assert len(world.quota.taken) == 1


def test_the_fifth_reading_of_a_day_is_refused(world: World) -> None:
    """By our own count before the bank is asked, and by the bank's."""
    world.consent()
    first = world.read()
    since = NOW - timedelta(days=45)
    for _ in range(3):
        world.read(since, first.bookmark)
    with pytest.raises(RateLimited) as caught:
        world.read(since, first.bookmark)
    assert caught.value.retry_after == timedelta(hours=6)
    world.quota.most = 4
    calls = world.source.requests["transactions"]
    with pytest.raises(RateLimited):
        world.read(since, first.bookmark)
    assert world.source.requests["transactions"] == calls
