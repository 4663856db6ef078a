"""Accounts: licences and preferences, and being seen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes import FakeClock, MemoryAccounts
from tidemark.domain.accounts import Account
from tidemark.domain.licences import Licence, Tier
from tidemark.errors import Conflict, StaleVersion, StoreUnavailable
from tidemark.services.keep_account import KeepAccount, NoteSeen

PRO = Licence(Tier.PRO, (2025,))
HOUR = timedelta(hours=1)


class Rival(MemoryAccounts):
    """Accounts that somebody else changes just before, so many times."""

    def __init__(self, times: int) -> None:
        """Start empty."""
        super().__init__()
        self.times = times

    def replace(self, account: Account, expected: int) -> None:
        """Be late."""
        if self.times > 0:
            self.times -= 1
            present = self.get(account.owner)
            self.items[account.owner] = replace(
                present, version=present.version + 1, quote_currency="CHF"
            )
        super().replace(account, expected)


def test_each_change_leaves_the_others() -> None:
    """Also one that somebody makes in the same moment."""
    accounts = Rival(1)
    KeepAccount(accounts).license("alice", PRO)
    KeepAccount(accounts).prefer("alice", {"zone": "Europe/Vienna"})
    assert accounts.get("alice") == Account(
        "alice", licence=PRO, quote_currency="CHF", zone="Europe/Vienna", version=3
    )


def test_what_is_so_already_is_not_written() -> None:
    """The version stays."""
    accounts = MemoryAccounts()
    keeping = KeepAccount(accounts)
    assert keeping.license("alice", PRO) == keeping.license("alice", PRO)
    assert accounts.get("alice").version == 1


def test_an_account_that_never_rests_is_busy() -> None:
    """After some tries its owner hears of it."""
    with pytest.raises(Conflict) as refused:
        KeepAccount(Rival(99)).license("alice", PRO)
    assert refused.value.code == "busy"


def test_being_seen_is_written_once_an_hour() -> None:
    """By each process; the version stays as it is."""
    clock, accounts = FakeClock(), MemoryAccounts()
    first, noting, other = clock.now(), NoteSeen(accounts, clock), NoteSeen(accounts, clock)
    noting.note("alice")
    clock.advance(HOUR - timedelta(seconds=1))
    noting.note("alice")
    other.note("alice")
    assert accounts.get("alice") == Account("alice", last_seen_at=first)
    clock.advance(timedelta(seconds=2))
    noting.note("alice")
    assert accounts.get("alice").last_seen_at == clock.now()
    assert accounts.get("bob").last_seen_at is None


def test_being_seen_does_not_disturb_who_changes_the_account() -> None:
    """And who changes it does not forget that."""
    clock, accounts = FakeClock(), MemoryAccounts()
    present = accounts.get("alice")
    NoteSeen(accounts, clock).note("alice")
    accounts.replace(replace(present, licence=PRO, version=1), 0)
    assert accounts.get("alice").last_seen_at == clock.now()
    with pytest.raises(StaleVersion):
        accounts.replace(present, 0)


def test_a_busy_database_keeps_nobody_waiting() -> None:
    """It is noted with the next request."""
    clock, accounts = FakeClock(), MemoryAccounts()
    noting, writing = NoteSeen(accounts, clock), accounts.note_seen
    accounts.note_seen = _busy  # type: ignore[method-assign]
    noting.note("alice")
    accounts.note_seen = writing  # type: ignore[method-assign]
    noting.note("alice")
    assert accounts.get("alice").last_seen_at == clock.now()


def _busy(*_: object) -> None:
    """Be throttled."""
    raise StoreUnavailable("throttled")
