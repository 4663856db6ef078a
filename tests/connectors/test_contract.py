"""What is true of every connector, found by module name (see ``tests.connectors.contract``)."""

import importlib
import pkgutil
import re
import traceback
from datetime import timedelta

import httpx
import pytest

import tidemark.connectors
from tests.connectors.contract import Case, Watched, fact_of, open_source, walk
from tidemark.domain.legs import net
from tidemark.domain.ports import Source
from tidemark.errors import RateLimited, SourceError, SourceGarbage, SourceUnavailable

CONNECTORS = [
    module.name
    for module in pkgutil.iter_modules(tidemark.connectors.__path__)
    if module.name != "manual"
]


def case_of(name: str) -> Case:
    """Load what a connector supplies; without a case the suite fails."""
    case: Case = importlib.import_module(f"tests.connectors.{name}_case").CASE
    return case


@pytest.fixture(params=CONNECTORS)
def case(request: pytest.FixtureRequest) -> Case:
    """Give each connector's case in turn."""
    return case_of(request.param)


def test_the_golden_history_comes_out(case: Case) -> None:
    """Every record becomes exactly what was written down by hand, or is kept as unread."""
    walked = walk(case, case.golden())

    assert sorted(map(fact_of, walked.found.values())) == sorted(case.expected)
    assert set(walked.unread) == set(case.unread)
    assert all(row.reason and row.raw for row in walked.unread.values())


def test_there_is_more_than_one_page_and_something_unread(case: Case) -> None:
    """A golden history that fits on one page would show little."""
    assert len(walk(case, case.golden()).pages) > 1


def test_each_is_named_once(case: Case) -> None:
    """No page names a transaction twice, and all legs of one have ids of their own."""
    for page in walk(case, case.golden()).pages:
        ids = [found.id for found in page.transactions]
        assert len(ids) == len(set(ids))
        assert set(page.open_ids) <= set(ids)
        for found in page.transactions:
            assert len({leg.id for leg in found.legs}) == len(found.legs)


def test_every_record_is_kept_raw_and_in_utc(case: Case) -> None:
    """What is found carries the source's own records and an aware time."""
    for found in walk(case, case.golden()).found.values():
        assert found.raw
        offset = found.occurred_at.utcoffset()
        assert offset is not None
        assert not offset


def test_it_goes_on_at_each_page_with_a_new_instance(case: Case) -> None:
    """Nothing but the cursor is needed to go on."""
    kept, dropped = walk(case, case.golden()), walk(case, case.golden(), drop=True)

    assert sorted(map(fact_of, dropped.found.values())) == sorted(map(fact_of, kept.found.values()))
    assert len(dropped.pages) == len(kept.pages)


@pytest.mark.parametrize("pages", [0, 1, 2, 3])
@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_any_number_of_events_at_one_second_comes_out(case: Case, pages: int, beyond: int) -> None:
    """Events of one second are all read, however they lie on the pages."""
    count = max(0, pages * case.page_size + beyond)
    answer, ids = case.burst(count)

    assert ids <= set(walk(case, answer).found)
    assert len(ids) == count


def test_a_second_walk_says_the_same(case: Case) -> None:
    """Reading does not change what is read."""
    assert walk(case, case.golden()).found.keys() == walk(case, case.golden()).found.keys()


def test_it_only_reads(case: Case) -> None:
    """No call is made that is not on the list of reading ones, and no secret is in a URL."""
    watched = Watched(case.golden())
    source = open_source(case, watched)
    source.enrich(list(walk(case, watched).found.values()))
    source.balances()
    source.rights()

    for request in watched.requests:
        assert any(
            request.method == method and re.fullmatch(path, request.url.path)
            for method, path in case.reads
        ), f"{request.method} {request.url.path} is not a known way of reading"
        assert not any(secret in str(request.url) for secret in case.secrets)


def test_balances_are_what_the_source_says(case: Case) -> None:
    """Balances come per clean asset, exactly."""
    with open_source(case, case.golden()) as source:
        balances = source.balances()

    if case.balances is None:
        assert balances is None
    else:
        assert {name: f"{amount:f}" for name, amount in (balances or {}).items()} == case.balances


def test_legs_add_up_to_the_balances(case: Case) -> None:
    """Where all records are read and the source tells balances, both are equal."""
    if case.unread or case.balances is None:
        pytest.skip("a record that cannot be read moved something")
    legs = [leg for found in walk(case, case.golden()).found.values() for leg in found.legs]
    told = open_source(case, case.golden()).balances() or {}
    summed = net(legs)

    assert [item for item in sorted(summed.items()) if item[1]] == [
        item for item in sorted(told.items()) if item[1]
    ]


def test_details_change_nothing_else(case: Case) -> None:
    """Details are added; ids, legs and times stay, and nothing is lost."""
    source = open_source(case, case.golden())
    found = list(walk(case, case.golden()).found.values())

    assert list(map(fact_of, source.enrich(found))) == list(map(fact_of, found))


def refusals() -> list[tuple[str, str]]:
    """Name each way in which each source can refuse."""
    return [(name, refusal) for name in CONNECTORS for refusal in case_of(name).refusals]


@pytest.mark.parametrize(("name", "refusal"), refusals())
def test_it_says_what_went_wrong_and_no_secret(
    name: str, refusal: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Each refusal becomes its error, which repeats nothing that must stay secret."""
    case = case_of(name)
    answer, expected = case.refusals[refusal]
    source = open_source(case, answer)

    with pytest.raises(SourceError) as caught:
        source.page(case.connector.streams[0], case.window, None, None)

    assert type(caught.value) is expected
    told = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert not any(secret in told for secret in case.secrets)
    assert str(caught.value)


def test_refusals_cover_what_any_source_can_do(case: Case) -> None:
    """Each case shows at least a source that is off, one that is busy, and one that talks rot."""
    shown = {refusal.error for refusal in case.refusals.values()}

    assert {SourceUnavailable, RateLimited, SourceGarbage} <= shown


def test_facts_are_told(case: Case) -> None:
    """An owner is told what is read, what is missed, and what the key needs."""
    connector = case.connector

    assert connector.title
    assert connector.scope.reads
    assert connector.streams
    assert connector.overlap >= timedelta(0)
    assert set(connector.needed_rights).isdisjoint(connector.forbidden_rights)
    assert connector.check(dict(case.credentials)) == case.credentials
    source: Source = open_source(case, lambda _request: httpx.Response(500))
    source.http.close()
