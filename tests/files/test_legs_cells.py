"""Kinds and legs in cells, as our exports write them."""

import pytest

from tests.files.books import HEADER, only, read_csv, row

LEG = '{"id":"a","asset":"B","amount":"1"}'


@pytest.mark.parametrize(
    ("kind", "legs", "code"),
    [
        ("nonsense", "", "unknown_kind"),
        ("", "[]", "not_legs"),
        ("", "[1]", "not_legs"),
        ("", '[{"asset":"BTC"}]', "not_legs"),
        ("", '[{"asset":"BTC","amount":"NaN"}]', "not_legs"),
        ("", '[{"asset":"BTC","amount":NaN}]', "not_legs"),
        ("", '[{"asset":"","amount":"1"}]', "not_legs"),
        ("", '[{"asset":"B","amount":"1","role":"x"}]', "not_legs"),
        ("", '[{"id":"\\ud800","asset":"B","amount":"1"}]', "not_legs"),
        ("", f"[{LEG},{LEG}]", "not_legs"),
        ("", "[" * 10_000, "not_legs"),
    ],
)  # fmt: skip
def test_kinds_and_legs_that_cannot_be_read(kind: str, legs: str, code: str) -> None:
    """A cell that is there has to be right."""
    quoted = '"' + legs.replace('"', '""') + '"'
    amounts = ("BTC", "1") if not legs else ("", "")

    read = read_csv(
        f"{row(received=amounts)},{kind},{quoted}", header=f"{HEADER},Kind,Legs (optional)"
    )

    assert only(read).code == code


def test_legs_beside_amounts() -> None:
    """Would say the same twice."""
    legs = '"[{""asset"":""BTC"",""amount"":""1""}]"'

    read = read_csv(f"{row(received=('BTC', '1'))},{legs}", header=f"{HEADER},Legs")

    assert only(read).code == "legs_and_amounts"
