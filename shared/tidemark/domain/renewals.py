"""Consents that come to their end: when their owners are told."""

from datetime import datetime, timedelta

WARNINGS = (1, 7, 14)
"""So many days ahead an owner is told, the last time first."""

_LEAD = timedelta(hours=6)
"""A consent is looked at this often: nobody is told later than promised."""


def warning_of(expires_at: datetime, now: datetime) -> int | None:
    """Give of which warning it is time, in days; None: of none yet."""
    left = expires_at - now - _LEAD
    return next((days for days in WARNINGS if left <= timedelta(days=days)), None)
