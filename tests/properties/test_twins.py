"""Pairing up: nobody twice, nothing left that could be paired, the nearest first, and fast."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tidemark.domain.duplicates import SPAN, say_the_same, signature
from tidemark.domain.legs import Kind, Leg, Role
from tidemark.domain.neighbours import Entry
from tidemark.domain.twins import Match, pair_up

START = datetime(2025, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def legs_of(*amounts: str, fee: str = "") -> tuple[Leg, ...]:
    """Make legs of texts like ``1.5 BTC``."""
    spelled = [(each, Role.PRINCIPAL) for each in amounts] + [(fee, Role.FEE)] * bool(fee)
    return tuple(
        Leg(str(number), text.split()[1], Decimal(text.split()[0]), role, "X", Kind.TRADE)
        for number, (text, role) in enumerate(spelled)
    )


SAID = st.sampled_from(
    [
        legs_of("1 BTC"),
        legs_of("1.0 BTC", fee="-0.1 EUR"),
        legs_of("-5 EUR"),
        legs_of("1 BTC", "-5 EUR"),
        legs_of("0.4 BTC", "0.6 BTC", "-5.00 EUR"),
        legs_of("0.4 BTC"),
        legs_of(fee="-0.1 EUR"),
    ]
)
SCOPES = st.sampled_from([None, "a", "b"])


@st.composite
def boards(draw: st.DrawFn) -> tuple[list[Entry], list[Entry], set[tuple[str, str]]]:
    """Give own ones and those of sources at different times, and pairs known to be apart."""
    hours = draw(st.lists(st.integers(0, 60), unique=True, max_size=14))
    owns, twins = [], []
    for number, hour in enumerate(hours):
        legs, scope = draw(SAID), draw(SCOPES)
        at = START + hour * HOUR
        if draw(st.booleans()):
            owns.append(Entry(f"o{number}", at, legs, scope))
        else:
            twins.append(Entry(f"t{number}", at, legs, scope or "a"))
    every = [(own.id, twin.id) for own in owns for twin in twins]
    some = st.lists(st.sampled_from(every), max_size=3) if every else st.just([])
    return owns, twins, set(draw(some))


def fits(own: Entry, twin: Entry) -> bool:
    """Tell whether two may be one."""
    near = abs(own.at - twin.at) <= SPAN
    return near and own.scope in (None, twin.scope) and say_the_same(own.legs, twin.legs)


def slowly(owns: Iterable[Entry], twins: Sequence[Entry]) -> list[tuple[str, str]]:
    """Pair up by looking at everything."""
    edges = [
        (signature(own.legs) != signature(twin.legs), abs(own.at - twin.at), own, twin)
        for own in owns
        for twin in twins
        if fits(own, twin)
    ]
    count = Counter(each.id for *_, own, twin in edges for each in (own, twin))
    only = [edge for edge in edges if 1 in (count[edge[2].id], count[edge[3].id])]
    taken: set[str] = set()
    found = []
    first = sorted(only, key=lambda e: (e[0], e[1], e[2].at, e[2].id, e[3].id))
    then = sorted(edges, key=lambda e: (e[0], e[1], min(e[2].at, e[3].at)))
    for *_, own, twin in [*first, *then]:
        if not taken & {own.id, twin.id}:
            taken |= {own.id, twin.id}
            found.append((own.id, twin.id))
    return sorted(found)


def names(matches: Iterable[Match]) -> list[tuple[str, str]]:
    """Give the ids of pairs."""
    return sorted((each.own.id, each.twin.id) for each in matches)


@given(boards())
def test_the_fast_way_finds_what_the_slow_way_finds(
    board: tuple[list[Entry], list[Entry], set[tuple[str, str]]],
) -> None:
    """Unique ones first, then those that fit as a whole, then those that fit a leg; nearest."""
    owns, twins, _ = board
    assert names(pair_up(owns, twins)) == slowly(owns, twins)


@given(boards())
def test_nobody_is_in_two_pairs_and_nothing_is_left_to_pair(
    board: tuple[list[Entry], list[Entry], set[tuple[str, str]]],
) -> None:
    """And no pair is found that is known to be apart."""
    owns, twins, apart = board
    found = names(pair_up(owns, twins, apart))
    named = [each for pair in found for each in pair]
    assert len(named) == len(set(named))
    assert not set(found) & apart
    by_id = {each.id: each for each in (*owns, *twins)}
    assert all(fits(by_id[own], by_id[twin]) for own, twin in found)
    for own in owns:
        for twin in twins:
            free = not {own.id, twin.id} & set(named) and (own.id, twin.id) not in apart
            assert not (free and fits(own, twin))


def test_true_twins_stay_two_pairs() -> None:
    """The same pair, amount and second twice: two of ours, two of the source's."""
    owns = [Entry(f"o{each}", START, legs_of("1 BTC"), None) for each in range(2)]
    twins = [Entry(f"t{each}", START, legs_of("1 BTC"), "a") for each in range(2)]
    found = pair_up(owns, twins)
    assert len({each for pair in names(found) for each in pair}) == 4
    assert not any(each.unique for each in found)


def test_a_day_is_near_and_a_second_more_is_not() -> None:
    """Both ways."""
    twin = [Entry("t", START, legs_of("1 BTC"), "a")]
    for sign in (1, -1):
        own = Entry("o", START + sign * SPAN, legs_of("1 BTC"), None)
        later = own._replace(at=own.at + sign * timedelta(seconds=1))
        assert pair_up([own], twin)[0].unique
        assert not pair_up([later], twin)


def test_who_has_only_one_candidate_gets_it() -> None:
    """Although another one is nearer to it."""
    owns = [
        Entry("far", START - 20 * HOUR, legs_of("1 BTC"), None),
        Entry("near", START + HOUR, legs_of("1 BTC"), None),
    ]
    twins = [
        Entry("first", START, legs_of("1 BTC"), "a"),
        Entry("second", START + 10 * HOUR, legs_of("1 BTC"), "a"),
    ]
    assert names(pair_up(owns, twins)) == [("far", "first"), ("near", "second")]


def test_twenty_thousand_of_each_are_paired_in_seconds() -> None:
    """All different, all alike and spread, all alike and dense."""
    began = time.process_time()
    for step, amount in ((HOUR, None), (HOUR, "1"), (timedelta(seconds=1), "1")):
        rows = [
            (START + number * step, legs_of(f"{amount or number + 1} BTC"))
            for number in range(20_000)
        ]
        owns = [Entry(f"o{n}", at, legs, None) for n, (at, legs) in enumerate(rows)]
        later = timedelta(milliseconds=300)
        twins = [Entry(f"t{n}", at + later, legs, "a") for n, (at, legs) in enumerate(rows)]
        assert len(pair_up(owns, twins)) == 20_000
    assert time.process_time() - began < 30
