"""Balance checks on demand: one at a time, never beside a sync, and cheap."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.fakes.source import Row
from tests.judged import asking, judging, on_demand
from tests.keyed import manual, write_down
from tests.world import KEY, START, World, world
from tidemark.domain.checks import CheckStatus
from tidemark.domain.integrations import IntegrationKey, IntegrationKind
from tidemark.domain.issues import IssueState, IssueType
from tidemark.domain.months import Month
from tidemark.domain.pages import Unread
from tidemark.domain.syncs import Mode
from tidemark.domain.transactions import Origin, State
from tidemark.errors import Conflict, NotFound, RateLimited, SourceUnavailable

CASH = IntegrationKey("alice", "intg_01J00000000000000000000007")


@pytest.fixture
def it() -> World:
    """Give a world that was synced."""
    made = world(6)
    made.run()
    made.clock.advance(timedelta(minutes=1))
    return made


def ask(it: World, *keys: IntegrationKey) -> str:
    """Ask for a check, and give its id."""
    names = [key.integration_id for key in keys or (KEY,)]
    return asking(it).request("alice", names).check.id


def work(it: World, check_id: str, key: IntegrationKey = KEY) -> CheckStatus:
    """Be the worker, once, and give how far the check is."""
    on_demand(it).work(key, check_id, it.worker("check"))
    return asking(it).read("alice", check_id).status


def issues(it: World) -> dict[IssueType, IssueState]:
    """Give how the issues are."""
    return {each.type: each.state for each in it.issues.of_owner("alice")}


def test_a_check_asks_the_source_once(it: World) -> None:
    """A message that comes twice does nothing more."""
    check_id = ask(it)
    it.source.calls.clear()
    assert asking(it).read("alice", check_id).waiting == (KEY.integration_id,)
    assert work(it, check_id) is CheckStatus.DONE
    assert work(it, check_id) is CheckStatus.DONE
    assert it.source.calls == ["balances"]
    assert it.runs.busy_until(KEY, it.clock.now()) is None


def test_a_mismatch_has_its_tips(it: World) -> None:
    """Those of the integration and of the asset; since when is said as well."""
    good = it.snapshots.last(KEY)
    assert good is not None
    it.parked.park_unread(KEY, [Unread("L9", "unknown", "{}", START)], "sync_1")
    stored = it.ledger.of(KEY)["ledger:T0001"]
    it.ledger.of(KEY)["ledger:T0001"] = replace(stored, state=State.EXCLUDED)
    it.months.buckets[KEY]["2025-01"] = replace(it.months.read_one(KEY, "2025-01"), version=99)
    check_id = ask(it)
    assert work(it, check_id) is CheckStatus.DONE
    rows = {each.balance.asset: each for each in asking(it).read("alice", check_id).rows}
    assert {asset: row.good_at for asset, row in rows.items()} == dict.fromkeys(rows, good.as_of)
    finding = rows["EUR"].finding
    assert finding is not None
    assert [tip.code for tip in finding.tips] == ["excluded", "unread_rows", "sync_missing"]
    assert finding.parting is None
    assert issues(it)[IssueType.BALANCE_MISMATCH] is IssueState.OPEN


def test_a_sync_that_runs_answers_the_check(it: World) -> None:
    """The worker comes again later; by then the sync's own snapshot is there."""
    sync = it.request()
    check_id = ask(it)
    assert work(it, check_id) is CheckStatus.RUNNING
    assert it.queue.messages[-1] == (KEY, check_id)
    assert it.queue.delays[-1] > timedelta(0)
    it.finish(sync)
    it.source.calls.clear()
    assert asking(it).read("alice", check_id).status is CheckStatus.DONE
    assert work(it, check_id) is CheckStatus.DONE
    assert it.source.calls == []


def test_a_sync_that_found_the_lease_taken_is_handed_on(it: World) -> None:
    """It is asked for while the check is at its source, and its worker turned away."""
    check_id = ask(it)
    turned_away = []

    def meanwhile(call: str) -> None:
        if call == "balances" and not turned_away:
            turned_away.append(it.request())
            assert it.drive(turned_away[0]).busy

    it.source.trouble = meanwhile
    assert work(it, check_id) is CheckStatus.DONE
    assert it.queue.messages[-1] == (KEY, turned_away[0].id)
    assert it.finish(turned_away[0]).status.final


def test_a_long_sync_is_left_to_its_state_machine(it: World) -> None:
    """That one waits and tries again by itself."""
    check_id = ask(it)
    it.source.trouble = lambda call: call == "balances" and it.request(Mode.MISSING) and None
    assert work(it, check_id) is CheckStatus.DONE
    assert it.queue.messages[-1] == (KEY, check_id)


def test_a_source_may_ask_to_wait_or_not_answer(it: World) -> None:
    """The message is sent again with what it asked for; no answer is a balance not known."""
    errors = [RateLimited("wait", timedelta(seconds=40)), SourceUnavailable("no")]

    def fail(_call: str) -> None:
        raise errors.pop(0)

    it.source.trouble = fail
    check_id = ask(it)
    assert work(it, check_id) is CheckStatus.RUNNING
    assert (it.queue.messages[-1], it.queue.delays[-1]) == (
        (KEY, check_id),
        timedelta(seconds=40),
    )
    assert work(it, check_id) is CheckStatus.DONE
    assert {row.balance.synced for row in asking(it).read("alice", check_id).rows} == {None}


def test_a_check_is_given_up_in_the_end(it: World) -> None:
    """What was not checked by then is named."""
    check_id = ask(it)
    it.clock.advance(timedelta(hours=2))
    it.source.calls.clear()
    assert work(it, check_id) is CheckStatus.PARTIAL
    assert it.source.calls == []


def test_what_is_paused_is_refused_or_passed_over(it: World) -> None:
    """Named it is a conflict; of all it is left out; paused later it is not asked."""
    check_id = ask(it)
    it.integrations.items[KEY] = replace(it.integrations.items[KEY], paused=True)
    it.source.calls.clear()
    assert work(it, check_id) is CheckStatus.RUNNING
    with pytest.raises(Conflict):
        ask(it)
    assert asking(it).request("alice", "all").status is CheckStatus.DONE
    assert it.source.calls == []


def test_what_is_gone_leaves_no_lease_behind(it: World) -> None:
    """A check that comes after the deletion does nothing."""
    check_id = ask(it)
    it.integrations.remove(KEY)
    it.runs.erase(KEY)
    taken = it.snapshots.last(KEY)
    assert work(it, check_id) is CheckStatus.RUNNING
    assert it.snapshots.last(KEY) == taken
    assert it.runs.busy_until(KEY, it.clock.now()) is None
    with pytest.raises(NotFound):
        asking(it).read("bob", check_id)


def test_a_wrong_sum_is_told_as_a_bug(it: World) -> None:
    """In a manual integration both balances are equal by definition: only we can be wrong."""
    manual(it, CASH)
    it.integrations.items[CASH] = replace(it.integrations.items[CASH], kind=IntegrationKind.MANUAL)
    write_down(it, Row("A", "A", START, "EUR", Decimal(5)), key=CASH, origin=Origin.MANUAL)
    assert work(it, ask(it, CASH), CASH) is CheckStatus.DONE
    assert issues(it) == {}
    right = it.months.read_one(CASH, "2025-01")
    assert work(it, ask(it, CASH), CASH) is CheckStatus.DONE
    it.months.store(CASH, replace(right, totals={"EUR": Decimal(7)}))
    it.clock.advance(timedelta(minutes=1))
    assert work(it, ask(it, CASH), CASH) is CheckStatus.DONE
    (issue,) = it.issues.of_owner("alice")
    assert (issue.type, issue.details) == (IssueType.CALCULATION_BUG, {"2025-01 EUR": "2"})
    it.months.store(CASH, right)
    it.clock.advance(timedelta(minutes=1))
    assert work(it, ask(it, CASH), CASH) is CheckStatus.DONE
    assert issues(it) == {IssueType.CALCULATION_BUG: IssueState.RESOLVED}


def test_an_unchanged_history_costs_a_handful_of_reads(it: World) -> None:
    """However many months it has: no transaction is read, only what became dirty."""
    numbers = (f"{year}-{month:02}" for year in range(2000, 2024) for month in range(1, 13))
    clean = {name: Month(name, 3, frozenset(), 3, {"BTC": Decimal(0)}) for name in numbers}
    it.months.buckets[KEY] = clean | it.months.buckets[KEY]
    calls: Counter[str] = Counter()
    it.watch = lambda when, call: calls.update([call] if when == "after" else [])
    work(it, ask(it))
    assert not [call for call in calls if call.startswith("MemoryLedger")]
    assert sum(calls.values()) <= 12
    it.months.enter(KEY, ["2010-05"], "w")
    it.months.leave(KEY, ["2010-05"], "w")
    it.clock.advance(timedelta(minutes=1))
    calls.clear()
    work(it, ask(it))
    assert calls["MemoryLedger.amounts"] == 1


def test_a_mismatch_that_stays_is_not_looked_into_again(it: World) -> None:
    """The next syncs take what was found; a check that is asked for looks anew."""
    it.source.told_balances = {"EUR": Decimal(1), "BTC": Decimal(1)}
    it.run()
    calls: Counter[str] = Counter()
    it.watch = lambda when, call: calls.update([call] if when == "after" else [])
    it.clock.advance(timedelta(hours=1))
    integration = it.integrations.items[KEY]
    judging(it).judge(integration, "sync_2", it.source.told_balances)
    assert calls["MemoryLedger.oldest_first"] == 0
    judging(it).judge(integration, "chk_1", it.source.told_balances, anew=True)
    assert calls["MemoryLedger.oldest_first"] == 1
