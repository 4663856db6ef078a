"""How many accounts of one source a process reads at a time."""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes import FakeClock
from tidemark.connector_kit.base import Connector
from tidemark.connector_kit.http import Http
from tidemark.domain.integrations import IntegrationKind
from tidemark.domain.pages import KeyRights, Page, Scope, Window


class Shy(Connector):
    """A source that wants to be asked by few."""

    title = "Shy"
    kind = IntegrationKind.WALLET
    base_url = "http://127.0.0.1:1"
    fields = ()
    streams = ()
    scope = Scope(reads=())
    overlap = timedelta(0)
    accounts_at_once = 2

    def page(self, stream: str, window: Window, cursor: str | None, bookmark: str | None) -> Page:
        """Have nothing."""
        return Page([], None)

    def rights(self) -> KeyRights:
        """Be harmless."""
        return KeyRights(read_only=True)


def shy(credentials: Mapping[str, str] | None = None) -> Shy:
    """Open one account."""
    clock = FakeClock(datetime(2026, 1, 1, tzinfo=UTC))
    return Shy(credentials or {}, http=Http(Shy.base_url, clock=clock, budget=None), clock=clock)


def fail() -> None:
    """Open an account that fails in the middle."""
    with shy():
        raise ValueError("broken")


def test_no_more_accounts_are_read_at_once_than_the_source_likes() -> None:
    """The third waits until one of the first two is done."""
    entered = threading.Event()

    def third() -> None:
        with shy():
            entered.set()

    thread = threading.Thread(target=third)
    with shy():
        with shy():
            thread.start()
            assert not entered.wait(0.05)
        assert entered.wait(5)
    thread.join()


def test_an_account_that_failed_makes_room() -> None:
    """However it ends."""
    for _ in range(2 * Shy.accounts_at_once):
        with pytest.raises(ValueError, match="broken"):
            fail()
