"""What asks owners in the middle of syncs, and goes on when they have answered."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tidemark.wiring.base import clock
from tidemark.wiring.outside import vault, workflow
from tidemark.wiring.stores import integrations, issues, runs, syncs, waits

if TYPE_CHECKING:
    from tidemark.services.await_owner import AwaitOwner
    from tidemark.services.wake import KeepToken, TendWaits, Wake
    from tidemark.services.watch_consents import WatchConsents


@cache
def await_owner() -> AwaitOwner:
    """Look for answers."""
    from tidemark.services.await_owner import AwaitOwner

    return AwaitOwner(runs(), syncs(), waits(), vault(), clock())


@cache
def keep_token() -> KeepToken:
    """Let executions be woken."""
    from tidemark.services.wake import KeepToken

    return KeepToken(runs(), waits())


@cache
def wake() -> Wake:
    """Wake executions that wait."""
    from tidemark.services.wake import Wake

    return Wake(runs(), waits(), workflow())


@cache
def tend_waits() -> TendWaits:
    """Let executions wait on, and end their waits in time."""
    from tidemark.services.wake import TendWaits

    return TendWaits(waits(), workflow(), wake(), clock())


@cache
def watch_consents() -> WatchConsents:
    """Tell owners of consents that end."""
    from tidemark.services.watch_consents import WatchConsents

    return WatchConsents(integrations(), issues(), clock())
