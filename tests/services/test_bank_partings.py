"""Where balances of banks part, as a check on demand says it: per account, exactly or honestly."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from local.sources.bank import BankAccount, Booking
from local.sources.enable_banking_shapes import transaction
from tests.fakes.source import FakeSource
from tests.judged import asking, on_demand
from tests.world import KEY, START, World, set_state
from tidemark.connector_kit.bank_rows import BankPage, Occurrences
from tidemark.connector_kit.enable_banking_rows import understand
from tidemark.connectors.enable_banking import EnableBanking
from tidemark.domain.balances import Finding, Parting
from tidemark.domain.ids import transaction_id
from tidemark.domain.transactions import State, imported

GIRO, SAVINGS = "giro", "savings"


class Telling(FakeSource):
    """A source whose records are Enable Banking's."""

    def balances_after(self, raw: str) -> dict[str, Decimal]:
        """Tell what the record does."""
        return EnableBanking.balances_after(raw)

    def account_of(self, transaction_id: str, source_id: str) -> str | None:
        """Tell the account."""
        return EnableBanking.account_of(transaction_id, source_id)


def book(it: World, name: str, moves: Sequence[str], *, tells: bool = True) -> None:
    """Import rows of an account, each a day and an amount; the bank holds their sum."""
    account = BankAccount(name, name, "DE02", "EUR", tells_balances=tells)
    for number, (day, amount) in enumerate(move.split() for move in moves):
        on = (START + timedelta(days=int(day))).date()
        account.bookings.append(Booking(on, Decimal(amount), "Text", "A", f"{name}{number}"))
    page = BankPage(name, understand, Occurrences())
    page.take([transaction(account, placed) for placed in account.newest_first()])
    it.ledger.add(KEY, [imported(each, at=START, by="sync_0") for each in page.booked.values()])
    held = (it.source.told_balances or {}).get("EUR", Decimal(0))
    it.source.told_balances = {"EUR": held + account.balance}
    dirty(it)


def dirty(it: World) -> None:
    """Have all months added up again."""
    months = {f"{each.occurred_at:%Y-%m}" for each in it.ledger.of(KEY).values()}
    it.months.enter(KEY, months, "w")
    it.months.leave(KEY, months, "w")


def row(name: str, number: int) -> str:
    """Give the id of a row, as the ledger has it."""
    return f"transactions:{name}:{name}{number}"


def checked(it: World) -> Finding | None:
    """Have the balances checked, and give what was found of euros."""
    dirty(it)
    check_id = asking(it).request("alice", [KEY.integration_id]).check.id
    on_demand(it).work(KEY, check_id, it.worker("check"))
    it.clock.advance(timedelta(minutes=1))
    (euro,) = asking(it).read("alice", check_id).rows
    return euro.finding


def part(it: World) -> Parting | None:
    """Have the balances checked, and give where they part."""
    found = checked(it)
    assert found is not None
    return found.parting


@pytest.fixture
def it() -> World:
    """Give a bank with two accounts of one currency, several rows a day, nothing wrong."""
    made = World(Telling())
    made.connect()
    book(made, GIRO, ["0 100", "1 -5", "1 -5", "1 30", "2 -9", "3 -1"])
    book(made, SAVINGS, ["0 7", "1 8", "3 9"])
    return made


@pytest.mark.parametrize(
    ("gone", "behind"),
    [
        ((GIRO, 0), (GIRO, 1)),
        ((GIRO, 1), (GIRO, 2)),
        ((GIRO, 2), (GIRO, 3)),
        ((GIRO, 4), (GIRO, 5)),
        ((SAVINGS, 1), (SAVINGS, 2)),
    ],
)
def test_the_row_behind_a_deleted_one_is_named(
    it: World, gone: tuple[str, int], behind: tuple[str, int]
) -> None:
    """In its own account, also between true twins and within a day."""
    assert checked(it) is None
    set_state(it, row(*gone), State.DELETED)
    found = checked(it)
    assert found is not None
    assert found.parting is not None
    assert found.parting.transaction_id == transaction_id(KEY.integration_id, row(*behind))
    assert found.parting.source_ids[-1] == "".join(map(str, behind))
    assert found.tips[0].ids == (transaction_id(KEY.integration_id, row(*gone)),)


def test_the_row_in_front_is_named_where_it_is_known(it: World) -> None:
    """What is missing lies between the two."""
    set_state(it, row(GIRO, 4), State.DELETED)
    found = part(it)
    assert found is not None
    assert found.source_ids == ("giro3", "giro5")


def test_what_is_excluded_is_named_itself(it: World) -> None:
    """Its record is there, but does not count."""
    set_state(it, row(SAVINGS, 1), State.EXCLUDED)
    found = part(it)
    assert found is not None
    assert found.transaction_id == transaction_id(KEY.integration_id, row(SAVINGS, 1))


def test_nothing_behind_the_last_row_can_be_named(it: World) -> None:
    """No row tells a balance after it."""
    set_state(it, row(SAVINGS, 2), State.DELETED)
    assert part(it) is None


def test_a_hole_in_an_account_that_tells_nothing_is_not_looked_for_in_others(it: World) -> None:
    """Those agree."""
    book(it, "silent", ["0 50", "1 3", "2 4"], tells=False)
    set_state(it, row("silent", 1), State.DELETED)
    assert part(it) is None
    set_state(it, row("silent", 1), State.DELETED)
    set_state(it, row(GIRO, 4), State.DELETED)
    found = part(it)
    assert found is not None
    assert found.source_ids == ("giro3", "giro5")


def test_rows_that_could_stand_in_two_orders_name_their_day(it: World) -> None:
    """Five in and five out behind the hole: the issue has a moment and no transaction."""
    book(it, "ring", ["0 20", "1 4", "1 -5", "1 5"])
    set_state(it, row("ring", 1), State.DELETED)
    found = part(it)
    assert found == Parting(START + timedelta(days=1), None, ())
    (issue,) = it.issues.of_owner("alice")
    assert "EUR.first_bad_at" in issue.details
    assert "EUR.first_bad_transaction" not in issue.details


@pytest.mark.parametrize("raw", ["", "[{}]", '[{"balance_after_transaction": 1}]'])
def test_a_record_that_tells_no_balance_is_passed_over(it: World, raw: str) -> None:
    """Or one that cannot be read: what stands beside it may be on either side of the hole."""
    stored = it.ledger.of(KEY)[row(GIRO, 5)]
    it.ledger.of(KEY)[row(GIRO, 5)] = replace(stored, raw=raw)
    set_state(it, row(GIRO, 2), State.DELETED)
    found = part(it)
    assert found is not None
    assert found.source_ids[-1] == "giro3"


def test_a_few_rows_of_a_long_history_are_read() -> None:
    """The index once, and records by halves, whole days at a time."""
    it = World(Telling())
    it.connect()
    book(it, GIRO, [f"{number // 3} 1.50" for number in range(600)])
    set_state(it, row(GIRO, 100), State.DELETED)
    calls: Counter[str] = Counter()
    it.watch = lambda when, call: calls.update([call] if when == "after" else [])
    found = part(it)
    assert found is not None
    assert found.source_ids == ("giro99", "giro101")
    assert calls["MemoryLedger.get"] <= 40
    assert calls["MemoryLedger.oldest_first"] == 1
