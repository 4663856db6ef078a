"""A chain of balances is judged by its open ends, whatever the order within a moment."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidemark.connector_kit import exact_json
from tidemark.connector_kit.running_balance import RunningBalance, balances_after

DAY = datetime(2024, 5, 1, tzinfo=UTC)
SPAN = timedelta(seconds=2)


def at(seconds: float) -> datetime:
    """Give a moment of the day."""
    return DAY + timedelta(seconds=seconds)


def chain(amounts: list[int], start: int = 100) -> list[tuple[Decimal, Decimal]]:
    """Make records (before, after) that add up, oldest first."""
    records = []
    for amount in amounts:
        records.append((Decimal(start), Decimal(start + amount)))
        start += amount
    return records


def met(pages: list[list[tuple[Decimal, Decimal, float]]]) -> list[str]:
    """Take in pages, newest first, with nothing but notes between them."""
    notes: object = None
    warnings: list[str] = []
    for number, page in enumerate(pages):
        balances = RunningBalance(notes)
        for before, after, seconds in page:
            balances.meet("XXBT", after - before, Decimal(0), f"{after}", at(seconds))
        last = number == len(pages) - 1
        edge = None if last else min(at(seconds) for *_, seconds in page)
        warnings += balances.settle(edge, SPAN)
        notes = exact_json.parse(exact_json.spell(balances.notes()).encode())
    return warnings


@given(
    st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 2)), min_size=1, max_size=12),
    st.integers(1, 4),
    st.randoms(use_true_random=False),
)
def test_a_whole_chain_is_never_reported(
    steps: list[tuple[int, int]], size: int, chance: Random
) -> None:
    """Whatever the order within a second, and wherever the pages end."""
    seconds, timed = 0, []
    for (before, after), (_, pause) in zip(chain([s for s, _ in steps]), steps, strict=True):
        seconds += pause * 10
        timed.append((before, after, float(seconds)))
    chance.shuffle(timed)
    timed.sort(key=lambda record: -record[2])

    assert met([timed[i : i + size] for i in range(0, len(timed), size)]) == []


@pytest.mark.parametrize("size", [1, 2, 3, 50])
@pytest.mark.parametrize("gone", [1, 4, 8])
def test_a_missing_record_is_reported_once(size: int, gone: int) -> None:
    """A gap shows, wherever the pages end."""
    records = [(*link, n * 10.0) for n, link in enumerate(chain(list(range(1, 11))))]
    left = [record for n, record in enumerate(records) if n != gone][::-1]

    warnings = met([left[i : i + size] for i in range(0, len(left), size)])

    assert len(warnings) == 1
    assert "XXBT" in warnings[0]


@pytest.mark.parametrize("lost", [True, False])
def test_an_asset_with_an_unreadable_record_is_not_judged(*, lost: bool) -> None:
    """What could not be read breaks the chain, but is no news."""
    balances = RunningBalance()
    balances.meet("XXBT", Decimal(1), Decimal(0), "6", at(90))
    if lost:
        balances.lose("XXBT")
    else:
        balances.meet("XXBT", Decimal(1), Decimal(0), None, at(80))
    again = RunningBalance(balances.notes())
    again.meet("XXBT", Decimal(1), Decimal(0), "2", at(10))

    assert again.settle(None, SPAN) == []


def record(asset: str, amount: str, balance: str, **more: str) -> dict[str, str]:
    """Make a record."""
    return {"asset": asset, "amount": amount, "balance": balance, **more}


def test_a_transaction_leads_to_a_balance_per_asset() -> None:
    """In whatever order its records are; a fee is taken off as well."""
    last = record("ZEUR", "-5", "84.5", fee="0.5")
    records = [last, record("ZEUR", "-10", "90"), record("XXBT", "1", "3")]
    for each in (records, records[::-1]):
        told = balances_after(exact_json.spell(each))
        assert told == {"ZEUR": Decimal("84.5"), "XXBT": Decimal(3)}
    nothing = record("XXBT", "0", "3")
    assert balances_after(exact_json.spell([nothing])) == {"XXBT": Decimal(3)}


def test_a_record_that_tells_no_balance_leaves_its_asset_out() -> None:
    """Nothing is guessed; without records there is nothing to say."""
    unclear = [record("ZEUR", "1", "much"), record("ZEUR", "1", "2"), {"asset": "XXBT"}]
    assert balances_after(exact_json.spell(unclear)) == {}
    assert balances_after("") == {}
