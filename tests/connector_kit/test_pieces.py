"""The pieces that connectors are made of, one by one."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tidemark.connector_kit import details, exact_json, grouping, shapes
from tidemark.connector_kit.asset_names import AssetNames
from tidemark.connector_kit.ledger_rows import Kinds, LedgerRows
from tidemark.connector_kit.paging import OffsetWalk
from tidemark.connector_kit.refusals import Refusal, Refusals
from tidemark.connector_kit.running_balance import RunningBalance
from tidemark.domain.legs import Kind, Leg, Role, spell_legs
from tidemark.errors import CursorExpired, MissingPermission, SourceGarbage

DAY = datetime(2024, 5, 1, tzinfo=UTC)
SPAN = timedelta(seconds=2)


def at(seconds: float) -> datetime:
    """Give a moment of the day."""
    return DAY + timedelta(seconds=seconds)


@pytest.mark.parametrize("cursor", ["", "x", "{}", "[1,2]", '[1,"2","x",4,5,6]', "null"])
def test_a_foreign_cursor_begins_anew(cursor: str) -> None:
    """A cursor that is none of ours has expired."""
    with pytest.raises(CursorExpired):
        OffsetWalk.resume(cursor)


def test_a_walk_by_offset() -> None:
    """It goes on by what came, ends by the count, and misses what was promised."""
    walk = OffsetWalk("1", "9", notes={"a": 1}).met(5, ["x", "y", "z"])
    after = walk.after(3)

    assert after is not None
    assert OffsetWalk.resume(after.spell()) == after
    assert after.met(6, ["u"]).count == 6
    assert after.after(2) is None
    assert after.gap(2) is None
    assert after.after(0) is None
    assert "2 more" in str(after.gap(0))


def test_a_walk_that_cannot_go_on() -> None:
    """Fewer records than before, the same page again, and no count at all are told."""
    walk = OffsetWalk("1", "9").met(5, ["x"])

    with pytest.raises(CursorExpired):
        walk.met(4, ["y"])
    with pytest.raises(CursorExpired):
        walk.met(5, ["x"])
    with pytest.raises(SourceGarbage):
        walk.met(None, ["y"])


class Principals:
    """Makes one leg of each record."""

    stream = "ledger"

    def legs(self, entry: grouping.Entry) -> list[Leg]:
        """Make the leg."""
        return [Leg(entry.record_id, "BTC", entry.amount, Role.PRINCIPAL, "XXBT", Kind.TRADE)]


def test_records_that_are_not_understood_are_kept() -> None:
    """With their ids, reasons, and times where there are any."""

    def read(record_id: str, record: dict[str, object]) -> grouping.Entry:
        if "amount" not in record:
            raise ValueError("no amount")
        return grouping.Entry(record_id, "g", at(1), Decimal(1), Decimal(0), record_id, record)

    entries, unread = grouping.understand(
        {"b": {"amount": 1}, "a": {"amount": 2}, "c": {"time": "1700000000.5"}, "d": 7}, read
    )
    (found,) = grouping.group(entries, Principals())

    assert [leg.id for leg in found.legs] == ["a", "b"]
    assert exact_json.parse(found.raw.encode()) == [
        {"amount": 1, "id": "b"},
        {"amount": 2, "id": "a"},
    ]
    assert [(row.id, row.reason, row.occurred_at is None) for row in unread] == [
        ("c", "no amount", False),
        ("d", "no amount", True),
    ]
    assert grouping.group(entries, Principals(), at(2)) == []
    assert grouping.may_go_on(entries, Principals(), at(0), SPAN) == {"ledger:g"}
    assert grouping.may_go_on(entries, Principals(), None, SPAN) == frozenset()


def listed(rows: Mapping[str, float], size: int, calls: list[int]) -> details.Fetch:
    """Serve a list in pages, newest first, counting calls."""

    def fetch(until: datetime, offset: int) -> dict[str, details.Detail]:
        calls.append(offset)
        inside = sorted((r for r in rows if at(rows[r]) <= until), key=lambda r: -rows[r])
        return {
            row: details.Detail(at(rows[row]), {"pair": row})
            for row in inside[offset : offset + size]
        }

    return fetch


@pytest.mark.parametrize(
    ("every", "spread", "most"), [(1, 10, 11), (1, 0, 11), (20, 10, 5), (50, 100, 2)]
)
def test_details_are_found_in_few_calls(every: int, spread: int, most: int) -> None:
    """Dense or far apart or all at one moment, calls stay few."""
    rows = {f"T{n}": float(n * spread) for n in range(100)}
    wanted = {row: at(moment) for n, (row, moment) in enumerate(rows.items()) if n % every == 0}
    calls: list[int] = []

    found = details.look_up(wanted, listed(rows, 10, calls), SPAN)

    assert found == {row: {"pair": row} for row in wanted}
    assert len(calls) <= most


def test_details_that_are_nowhere_cost_little() -> None:
    """After a few calls in vain the rest is left out."""
    calls: list[int] = []
    wanted = {f"X{n}": at(n * 100) for n in range(50)}

    assert details.look_up(wanted, listed({"T": 5.0}, 10, calls), SPAN) == {}
    assert details.look_up({}, listed({}, 10, calls), SPAN) == {}
    assert len(calls) <= 3


def test_a_look_up_that_is_not_allowed_is_not_repeated() -> None:
    """The details are left out, and nobody asks again."""
    asked: list[str] = []

    def look(name: str, _wanted: Mapping[str, datetime]) -> details.Facts:
        asked.append(name)
        raise MissingPermission("no")

    optional = details.Optional()
    for _ in range(2):
        assert optional.look_up("Trades", {"T": DAY}, look) == {}
    assert asked == ["Trades"]


def test_unknown_codes_are_not_repeated() -> None:
    """Only the family of a code is named: the rest may be anything."""
    refusals = Refusals("error", (Refusal(MissingPermission, "Not allowed.", ("EX:No",)),))

    assert type(refusals.explain(["EX:No way"])) is MissingPermission
    assert refusals.explain([]) is None
    assert "secret" not in str(refusals.explain(["EY:secret"]))
    assert "EY" in str(refusals.explain(["EY:secret"]))
    assert "secret" not in str(refusals.explain(["secret-9 words"]))
    assert refusals.codes({"error": ["WX:Fine", "EX:No"]}) == ["EX:No"]
    assert refusals.explain_body(400, b"<html>") is None


def test_shapes() -> None:
    """Parts of answers are what they should be, absent, or rot."""
    assert shapes.mapping({"a": {"b": {}}}, "a", "b") == {}
    assert shapes.mapping(None, "a") == {}
    assert shapes.listing(None) == []
    assert shapes.text(7) == "7"
    assert shapes.count("12") == 12
    assert shapes.count(None) is None
    assert shapes.moment("1") == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert shapes.is_base64("YQ==")
    assert not shapes.is_base64("Y")
    for wrong in (
        lambda: shapes.mapping([]),
        lambda: shapes.listing({}),
        lambda: shapes.text([]),
        lambda: shapes.text(True),  # noqa: FBT003 - the very value that is refused
        lambda: shapes.count("-1"),
        lambda: shapes.amount("1_0"),
        lambda: shapes.moment("soon"),
    ):
        with pytest.raises(SourceGarbage):
            wrong()


@pytest.mark.parametrize("fee", ["0", "0.0004", "-0.5", 0, "1e-3", "-0.00"])
@pytest.mark.parametrize("amount", ["-1.50", "0", "-0", "007.10", 5, "1e3", "0.0000000001"])
def test_ledger_rows_spell_legs_as_the_ledger_does(amount: object, fee: object) -> None:
    """Whatever way the source spells its numbers; the fee goes out beside what moved."""
    rows = LedgerRows("ledger", Kinds({"trade": Kind.TRADE}), AssetNames(re.compile("-"), {}))
    row = {"type": "trade", "asset": "BTC", "amount": amount, "fee": fee, "time": "1", "balance": 0}

    (found,) = grouping.group(rows.read(RunningBalance(), {"A": row})[0], rows)

    assert spell_legs(found.legs) == found.spelled_legs
    moved, paid = Decimal(str(amount)), Decimal(str(fee))
    told = [("A", moved), ("A:fee", -paid)]
    assert [(leg.id, leg.amount) for leg in found.legs] == [
        (name, value) for name, value in told if value or (name == "A" and not paid)
    ]
