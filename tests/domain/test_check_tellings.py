"""What is told of comparisons of balances."""

import pytest

from tidemark.domain.tellings import Source, tell

CHECK, SYNC = "chk_01J00000000000000000000001", "sync_01J00000000000000000000002"
FOUND = {"integration_key": "alice#intg_1", "as_of": "2026", "findings": [{}]}


@pytest.mark.parametrize(
    ("by", "check", "sync"),
    [
        ({"sync_id": CHECK}, CHECK, None),
        ({"sync_id": SYNC}, None, SYNC),
        ({}, None, None),
    ],
)
def test_a_comparison_names_what_asked_for_it(
    by: dict[str, str], check: str | None, sync: str | None
) -> None:
    """The check, or the sync at whose end it was made: whoever waits for one finds it."""
    (told,) = tell(Source.SNAPSHOTS, {}, FOUND | by)
    assert told.type == "balance_check.finished"
    about = {"integration": "intg_1", "balance_check": check, "sync": sync}
    assert told.data == about | {"as_of": "2026", "mismatches": 1}


def test_a_comparison_that_is_erased_is_not_told() -> None:
    """It goes with its integration."""
    assert tell(Source.SNAPSHOTS, FOUND, {}) == []
