"""A year of all tiers and kinds, with ticks missed and doubled, against the promise.

``python -m tests.years`` plays ten.
"""

from datetime import timedelta

import pytest

from tests.years.play import Played, play
from tidemark.domain.integrations import IntegrationKind
from tidemark.domain.licences import Tier

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def played() -> Played:
    """Play it once."""
    return play(years=1, count=24, seed=7)


def test_every_firing_is_one_that_was_promised_and_none_is_missing(played: Played) -> None:
    """To the tick, for each integration."""
    assert played.fired == played.promised
    with_any = {(life.tier, life.kind) for life in played.lives if life.owner in played.fired}
    assert with_any == {
        (tier, life.kind) for life in played.lives for tier in Tier if tier is not Tier.FREE
    }


def test_no_bank_is_read_more_than_four_times_in_any_24_hours(played: Played) -> None:
    """However late a tick was caught up."""
    for life in played.lives:
        fired = played.fired.get(life.owner, [])
        if life.kind is IntegrationKind.BANK:
            pairs = zip(fired, fired[4:], strict=False)
            assert all(fifth - first >= DAY for first, fifth in pairs)


def test_nobody_syncs_in_a_year_without_a_licence_or_while_paused(played: Played) -> None:
    """Nor on the free tier."""
    for life in played.lives:
        for at in played.fired.get(life.owner, []):
            assert at.year in life.years
            assert not life.paused(at)
            assert life.tier is not Tier.FREE
