"""Licences: how often an owner's integrations are synced without being asked.

The table is data; a deployment may put another in its place. What it does not name is by hand only.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from tidemark.domain.integrations import IntegrationKind

SEEN_WITHIN = timedelta(days=7)
"""An owner who was seen in this time is there; others are away."""

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_TURNS = {
    IntegrationKind.EXCHANGE: _DAY,
    IntegrationKind.WALLET: _DAY,
    IntegrationKind.BANK: 6 * _HOUR,
}
_LONGEST = 366 * 24


class BadLicences(ValueError):
    """A deployment's table of licences cannot be read: nothing may be guessed from it."""


class Tier(StrEnum):
    """What an owner may have."""

    FREE = "free"
    BASIC = "basic"
    PRO = "pro"
    UNLIMITED = "unlimited"


@dataclass(frozen=True, slots=True)
class Licence:
    """A tier, for the calendar years (UTC) that it was got for."""

    tier: Tier = Tier.FREE
    tax_years: tuple[int, ...] = ()

    def counts(self, moment: datetime) -> bool:
        """Tell whether it counts at a moment (UTC): only in its own years."""
        return moment.year in self.tax_years


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often; ``away`` is for owners who were not seen lately, None: the same for them."""

    every: timedelta
    away: timedelta | None = None

    def at(self, last_seen: datetime | None, moment: datetime) -> timedelta:
        """Give what holds at a moment for an owner who was last seen then, or never."""
        there = last_seen is not None and moment - last_seen <= SEEN_WITHIN
        return self.every if there or self.away is None else self.away


type Licences = Mapping[Tier, Mapping[IntegrationKind, Cadence]]

_DAILY, _SIX_HOURLY = Cadence(_DAY), Cadence(6 * _HOUR)
_BY_ACTIVITY = Cadence(7 * _DAY, 90 * _DAY)


def _tier(other: Cadence, bank: Cadence) -> Mapping[IntegrationKind, Cadence]:
    """Give the cadences of a tier."""
    kinds = IntegrationKind
    return MappingProxyType({kinds.EXCHANGE: other, kinds.WALLET: other, kinds.BANK: bank})


DEFAULT: Licences = MappingProxyType(
    {
        Tier.FREE: {},
        Tier.BASIC: _tier(_BY_ACTIVITY, _DAILY),
        Tier.PRO: _tier(_DAILY, _SIX_HOURLY),
        Tier.UNLIMITED: _tier(_DAILY, _SIX_HOURLY),
    }
)


def turn_of(kind: IntegrationKind) -> timedelta | None:
    """Give how often a kind can be synced without being asked; None: there is no source."""
    return _TURNS.get(kind)


def cadence_of(
    table: Licences,
    licence: Licence,
    kind: IntegrationKind,
    last_seen: datetime | None,
    moment: datetime,
) -> timedelta | None:
    """Give how often an integration syncs by itself at a moment; None: only by hand."""
    cadence = table.get(licence.tier, {}).get(kind)
    if cadence is None or not licence.counts(moment):
        return None
    return cadence.at(last_seen, moment)


def read_licences(text: str) -> Licences:
    """Read a deployment's table: tier to kind to ``every_hours`` and, if wanted, ``away_hours``.

    A tier that is not named stays as it is by default; one that is named is replaced as a whole.

    Raises:
        BadLicences: this is no such table.
    """
    try:
        given = json.loads(text)
        named = {Tier(tier): _kinds(kinds) for tier, kinds in given.items()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadLicences(f"Licences: {error}") from None
    return MappingProxyType({**DEFAULT, **named})


def _kinds(given: Mapping[str, Mapping[str, object]]) -> Mapping[IntegrationKind, Cadence]:
    """Read one tier."""
    return {IntegrationKind(kind): _cadence(IntegrationKind(kind), c) for kind, c in given.items()}


def _cadence(kind: IntegrationKind, given: Mapping[str, object]) -> Cadence:
    """Read one cadence. Raises ValueError."""
    if not {"every_hours"} <= given.keys() <= {"every_hours", "away_hours"}:
        raise ValueError("a cadence has every_hours, and may have away_hours")
    hours = [given.get(name) for name in ("every_hours", "away_hours")]
    every, away = (None if each is None else _whole_turns(kind, each) for each in hours)
    if every is None:
        raise ValueError("every_hours is needed")
    return Cadence(every, away)


def _whole_turns(kind: IntegrationKind, hours: object) -> timedelta:
    """Read hours: whole turns of the kind's schedule. Raises ValueError."""
    if not isinstance(hours, int) or isinstance(hours, bool) or not 0 < hours <= _LONGEST:
        raise ValueError(f"hours: a whole number from 1 to {_LONGEST}")
    turn = turn_of(kind)
    if turn is None or timedelta(hours=hours) % turn:
        raise ValueError(f"{hours} hours are no multiple of what {kind.value} allows")
    return timedelta(hours=hours)


def tidy_years(years: Sequence[int]) -> tuple[int, ...]:
    """Give years once each, in order."""
    return tuple(sorted(set(years)))
