"""The walk through a customer's accounts: what is asked for, and what is said of the answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tidemark.connector_kit.bank_balances import Balance, booked_sums
from tidemark.connector_kit.bank_reader import BankReader, Fetched, TooFarBack
from tidemark.connector_kit.bank_rows import BankRow, Lane, Record
from tidemark.connector_kit.bank_walk import AccountsWalk, Days, read_bookmark
from tidemark.domain.legs import Kind
from tidemark.domain.pages import Page, Window
from tidemark.errors import CursorExpired, SourceGarbage

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)


def back(days: int) -> datetime:
    """Give a moment so many days ago."""
    return NOW - timedelta(days=days)


@dataclass
class Bank:
    """A bank that gives what lies within ``memory`` days, in pages of keys that it is told."""

    memory: int = 10_000
    keys: Sequence[str | None] = (None,)
    records: Sequence[Record] = ()
    asked: list[tuple[str, Days, str | None]] = field(default_factory=list)

    def fetch(self, account: str, days: Days, key: str | None) -> Fetched:
        """Give the page after a key."""
        self.asked.append((account, days, key))
        if not days.longest and days.since and days.since < back(self.memory).date():
            raise TooFarBack("too far")
        return Fetched(self.records, self.keys[0 if key is None else int(key)])

    def page(
        self,
        since: datetime | None,
        bookmark: str | None = None,
        cursor: str | None = None,
        until: datetime = NOW,
    ) -> Page:
        """Read a page of accounts A and B."""
        reader = BankReader(["B", "A"], self.fetch, understand, NOW)
        return reader.page(Window(since, until), cursor, bookmark)


def understand(record: Record) -> BankRow:
    """Read a record of this test."""
    amount, after = Decimal(str(record["amount"])), record.get("after")
    told = None if after is None else Decimal(str(after))
    day = date.fromisoformat(str(record["day"]))
    return BankRow(
        Lane.BOOKED, day, amount, "EUR", Kind.DEPOSIT, str(record["ref"]), (), after=told
    )


def row(day: str, amount: str, after: str | None = None) -> Record:
    """Make a record."""
    return {"day": day, "amount": amount, "after": after, "ref": f"{day}{amount}"}


@pytest.mark.parametrize(
    ("since", "bookmark", "expected"),
    [
        (None, None, Days(None, None, longest=True)),
        (back(400), None, Days(back(400).date(), None, longest=True)),
        (back(45), None, Days(back(45).date(), None, longest=False)),
        (back(45), '["A","B"]', Days(back(45).date(), None, longest=False)),
        (back(400), '["A","B"]', Days(back(400).date(), None, longest=False)),
        (None, '["A","B"]', Days(None, None, longest=True)),
        (back(45), '["B"]', Days(None, None, longest=True)),
        (back(45), "rubbish", Days(None, None, longest=True)),
    ],
)
def test_which_days_are_asked_for(
    since: datetime | None, bookmark: str | None, expected: Days
) -> None:
    """All that there is of what is new or lies far back; else whole days from the window on."""
    bank = Bank()
    bank.page(since, bookmark)

    assert bank.asked == [("A", expected, None)]


def test_days_that_lie_back_have_an_end() -> None:
    """Of today nobody knows when it ends where the bank is."""
    bank = Bank()
    bank.page(back(45), until=back(10))

    assert bank.asked[0][1] == Days(back(45).date(), back(10).date(), longest=False)


def test_what_is_booked_is_not_pending_too() -> None:
    """Some banks list a row under both for a while."""
    both = [row("2026-01-14", "-1")]

    page = BankReader(
        ["A"], lambda _account, _days, _key: Fetched(both, pending=both), understand, NOW
    ).page(Window(None, NOW), None, None)

    assert (len(page.transactions), page.pending, page.read) == (1, [], 2)


def test_a_bank_that_does_not_go_back_so_far_is_asked_for_less() -> None:
    """Until it gives something; what lies before is said, and not claimed."""
    bank = Bank(memory=100)
    first = bank.page(back(400), '["A","B"]')
    last = bank.page(back(400), '["A","B"]', first.cursor)

    assert [days.since for _, days, _ in bank.asked[:4]] == [
        back(days).date() for days in (400, 365, 180, 90)
    ]
    assert first.warnings == last.warnings
    assert first.history_from is None
    assert last.history_from == back(90).replace(hour=0)
    with pytest.raises(SourceGarbage):
        Bank(memory=0).page(back(400), '["A","B"]')


def test_a_history_that_does_not_begin_from_nothing_was_cut() -> None:
    """The oldest row's balance tells, where there is one; any row of that day may be the first."""
    cut = Bank(records=[row("2025-03-02", "5", "105"), row("2025-03-01", "1", "100")])
    whole = Bank(records=[row("2025-03-01", "5", "6"), row("2025-03-01", "1", "1")])
    silent = Bank(records=[row("2025-03-01", "1")])
    begun = {name: bank.page(None) for name, bank in (("c", cut), ("w", whole), ("s", silent))}

    assert [bool(begun[name].warnings) for name in "cws"] == [True, False, False]
    ended = cut.page(None, cursor=begun["c"].cursor)
    assert ended.history_from == datetime(2025, 3, 1, tzinfo=UTC)
    assert whole.page(None, cursor=begun["w"].cursor).history_from is None


def test_pages_of_one_account_share_their_days() -> None:
    """The same question for each key, whatever day it is by then; then the next account."""
    bank = Bank(keys=("1", "2", None))
    cursor, pages = None, []
    while not pages or cursor:
        pages.append(bank.page(back(45), cursor=cursor))
        cursor = pages[-1].cursor

    assert [(account, key) for account, _, key in bank.asked] == [
        (account, key) for account in "AB" for key in (None, "1", "2")
    ]
    assert read_bookmark(pages[-1].bookmark) == {"A", "B"}
    assert all(page.bookmark is None for page in pages[:-1])


def test_pages_that_come_round_again_are_refused() -> None:
    """Their keys repeat."""
    bank = Bank(keys=("1", "2", "1"))
    second = bank.page(None, cursor=bank.page(None).cursor)

    with pytest.raises(SourceGarbage):
        bank.page(None, cursor=second.cursor)


@pytest.mark.parametrize(
    "cursor", ["", "[]", "{}", '["x",0,null,null,[],{},[null,false,false],null]']
)
def test_a_cursor_that_is_none_of_ours_begins_again(cursor: str) -> None:
    """Other accounts, other versions, rubbish."""
    with pytest.raises(CursorExpired):
        AccountsWalk.resume(cursor, ["A", "B"])


def test_the_balance_of_what_is_booked_counts() -> None:
    """Closing before in between, unless that is of a later day; available ones never."""
    monday, tuesday = date(2026, 1, 12), date(2026, 1, 13)
    types = ("CLBD", "ITBD")

    def told(*balances: tuple[str, str, date | None]) -> list[Balance]:
        return [Balance(kind, "EUR", Decimal(amount), day) for kind, amount, day in balances]

    both = told(("ITBD", "2", monday), ("CLBD", "1", monday), ("ITAV", "9", tuesday))
    later = told(("CLBD", "1", monday), ("ITBD", "2", tuesday))
    undated = told(("ITBD", "2", tuesday), ("CLBD", "1", None))
    assert booked_sums([both], types) == {"EUR": Decimal(1)}
    assert booked_sums([later], types) == {"EUR": Decimal(2)}
    assert booked_sums([undated, both], types) == {"EUR": Decimal(2)}
    assert booked_sums([both, told(("ITAV", "9", None))], types) is None
