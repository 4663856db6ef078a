"""The local server's own paths refuse what makes no sense."""

import httpx
import pytest

from tests.local.conftest import Toy

GOOD = {"asset": "BTC", "quote": "EUR", "at": "2025-01-01", "price": "90000"}


def test_a_price_is_kept(toy: Toy) -> None:
    """A quote is repeated in the answer."""
    answer = httpx.post(f"{toy.child.api}/_local/prices", json=GOOD)

    assert (answer.status_code, answer.json()) == (200, GOOD)


def test_the_clock_is_told(toy: Toy) -> None:
    """What it shows now is not before what the last move showed."""
    moved = httpx.post(f"{toy.child.api}/_local/clock", json={"advance_seconds": 60}).json()
    told = httpx.get(f"{toy.child.api}/_local/clock")

    assert told.status_code == 200
    assert told.json()["now"] >= moved["now"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("clock", {}),
        ("clock", []),
        ("clock", {"advance_seconds": -1}),
        ("clock", {"advance_seconds": "60"}),
        ("clock", {"advance_seconds": True}),
        ("clock", {"advance_seconds": 1e12}),
        ("clock", {"advance_seconds": 1, "more": 2}),
        ("prices", GOOD | {"price": 90000}),
        ("prices", GOOD | {"price": "-1"}),
        ("prices", GOOD | {"at": "yesterday"}),
        ("prices", GOOD | {"at": 20250101}),
        ("prices", GOOD | {"asset": ""}),
        ("prices", {name: GOOD[name] for name in ("asset", "quote", "at")}),
    ],
)
def test_nonsense_is_refused(toy: Toy, path: str, body: object) -> None:
    """What cannot be understood is a 422 that says why."""
    answer = httpx.post(f"{toy.child.api}/_local/{path}", json=body)

    assert answer.status_code == 422
    assert answer.json()["message"]


@pytest.mark.parametrize("timeout", ["-1", "soon", "nan", "1e9"])
def test_a_senseless_timeout_is_refused(toy: Toy, timeout: str) -> None:
    """So is a timeout that is none."""
    assert httpx.get(f"{toy.child.api}/_local/idle?timeout={timeout}").status_code == 422
