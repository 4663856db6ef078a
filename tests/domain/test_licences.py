"""What each tier gets, and what a deployment may put in its place."""

from datetime import UTC, datetime, timedelta

import pytest

from tidemark.domain.integrations import IntegrationKind
from tidemark.domain.licences import (
    DEFAULT,
    BadLicences,
    Licence,
    Tier,
    cadence_of,
    read_licences,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATELY, LONG_AGO = NOW - 7 * DAY, NOW - 7 * DAY - HOUR


@pytest.mark.parametrize(
    ("tier", "kind", "seen", "expected"),
    [
        ("free", "exchange", LATELY, None),
        ("free", "wallet", LATELY, None),
        ("free", "bank", LATELY, None),
        ("basic", "exchange", LATELY, 7 * DAY),
        ("basic", "exchange", LONG_AGO, 90 * DAY),
        ("basic", "exchange", None, 90 * DAY),
        ("basic", "wallet", LATELY, 7 * DAY),
        ("basic", "wallet", LONG_AGO, 90 * DAY),
        ("basic", "bank", LATELY, DAY),
        ("basic", "bank", LONG_AGO, DAY),
        ("pro", "exchange", LONG_AGO, DAY),
        ("pro", "wallet", LONG_AGO, DAY),
        ("pro", "bank", LONG_AGO, 6 * HOUR),
        ("unlimited", "exchange", LONG_AGO, DAY),
        ("unlimited", "wallet", LONG_AGO, DAY),
        ("unlimited", "bank", LONG_AGO, 6 * HOUR),
        ("unlimited", "manual", LATELY, None),
    ],
)
def test_what_each_tier_gets(
    tier: str, kind: str, seen: datetime | None, expected: timedelta | None
) -> None:
    """The table, row by row."""
    licence = Licence(Tier(tier), (2026,))
    assert cadence_of(DEFAULT, licence, IntegrationKind(kind), seen, NOW) == expected


@pytest.mark.parametrize(
    ("moment", "counts"),
    [
        ("2025-12-31T23:59:59.999999+00:00", False),
        ("2026-01-01T00:00:00+00:00", True),
        ("2026-12-31T23:59:59.999999+00:00", True),
        ("2027-01-01T00:00:00+00:00", False),
    ],
)
def test_a_licence_counts_in_its_own_year_alone(moment: str, *, counts: bool) -> None:
    """From 1 January, UTC, only one for the new year counts."""
    licence = Licence(Tier.PRO, (2026,))
    at = datetime.fromisoformat(moment)
    found = cadence_of(DEFAULT, licence, IntegrationKind.WALLET, at, at)
    assert licence.counts(at) is counts
    assert (found is not None) is counts


def test_a_deployment_replaces_tiers_as_a_whole() -> None:
    """What it does not say of a tier that it names is by hand only; other tiers stay."""
    table = read_licences('{"basic": {"bank": {"every_hours": 12, "away_hours": 48}}}')
    basic = Licence(Tier.BASIC, (2026,))
    assert cadence_of(table, basic, IntegrationKind.BANK, LATELY, NOW) == 12 * HOUR
    assert cadence_of(table, basic, IntegrationKind.BANK, LONG_AGO, NOW) == 2 * DAY
    assert cadence_of(table, basic, IntegrationKind.WALLET, LATELY, NOW) is None
    assert table[Tier.PRO] == DEFAULT[Tier.PRO]
    assert read_licences("{}") == DEFAULT


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "1", '{"gold": {}}', '{"pro": []}', '{"pro": {"shares": {"every_hours": 24}}}'),
        '{"pro": {"bank": {}}}',
        '{"pro": {"bank": 6}}',
        '{"pro": {"bank": {"every_hours": null}}}',
        '{"pro": {"bank": {"every_hours": 5}}}',
        '{"pro": {"bank": {"every_hours": 0}}}',
        '{"pro": {"bank": {"every_hours": true}}}',
        '{"pro": {"bank": {"every_hours": 6.0}}}',
        '{"pro": {"bank": {"every_hours": 60000}}}',
        '{"pro": {"bank": {"every_hours": 6, "often": 1}}}',
        '{"pro": {"exchange": {"every_hours": 6}}}',
        '{"pro": {"manual": {"every_hours": 24}}}',
    ],
)
def test_a_table_that_is_none_is_refused(text: str) -> None:
    """Nothing is guessed: the product does not start with it."""
    with pytest.raises(BadLicences):
        read_licences(text)
