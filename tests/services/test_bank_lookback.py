"""How far back the syncs of a bank read: it gives old rows only just after a consent."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Self

import pytest

from local.sources.bank import Booking
from local.sources.bank_history import DOLLARS, GIRO, made_up_bank
from local.sources.enable_banking import EnableBankingSource
from tests.connectors.bank_world import BankWorld, still
from tests.world import KEY, World, set_state
from tidemark.connector_kit.bank_walk import midnight
from tidemark.domain.integrations import DeletedPolicy, IntegrationKind
from tidemark.domain.issues import IssueState, IssueType
from tidemark.domain.syncs import Mode, Sync, SyncStatus
from tidemark.domain.transactions import State
from tidemark.services.write_integration import edit

DAY = timedelta(days=1)


@dataclass
class Customer:
    """An owner with a consent for half a year."""

    bank: BankWorld[EnableBankingSource]
    it: World

    @classmethod
    def of(cls, source: EnableBankingSource) -> Self:
        """Link a bank."""
        bank = BankWorld(source, "enable_banking")
        it = World(clock=source.bank.clock, connectors=bank.registry)  # type: ignore[arg-type]
        credentials = bank.consent().credentials
        it.connect(connector=bank.name, credentials=credentials, kind=IntegrationKind.BANK)
        return cls(bank, it)

    @property
    def source(self) -> EnableBankingSource:
        """Give the bank."""
        return self.bank.source

    def consent(self, *accounts: str) -> None:
        """Consent once more, to some accounts or to all."""
        self.source.bank.share(*(accounts or self.source.bank.accounts))
        sealed = self.it.vault.seal(KEY, self.bank.consent().credentials)
        edit(self.it.integrations, KEY, lambda old: replace(old, sealed=sealed))

    def after(self, days: int, mode: Mode = Mode.INCREMENTAL) -> Sync:
        """Sync so many days later, with nobody there."""
        self.source.bank.clock.advance(days * DAY)
        return self.it.run(mode)

    def book(self, days_ago: int) -> None:
        """Have something booked on a day."""
        day = self.source.bank.today() - days_ago * DAY
        self.source.bank.add(GIRO, Booking(day, Decimal("-4.20"), f"Markt {day}"))

    @property
    def has_all(self) -> bool:
        """Tell whether the ledger has as many transactions as the bank."""
        return len(self.it.ledger.of(KEY)) == self.source.bank.count()

    @property
    def hidden(self) -> datetime | None:
        """Give before when the bank is said to hide something; the inbox says the same."""
        ((_, stream),) = self.it.coverage.read(KEY)[0].items()
        inbox = self.it.issues.of_owner(KEY.owner)
        told = [each for each in inbox if each.type is IssueType.HISTORY_TRUNCATED]
        said = any(each.state is IssueState.OPEN for each in told)
        assert said == (stream.unavailable_before is not None)
        return stream.unavailable_before


@pytest.fixture
def linked() -> Iterator[Customer]:
    """Link a bank with 200 days of history, in which one row stays pending for ever."""
    with EnableBankingSource(made_up_bank(still(), days=200)) as source:
        yield Customer.of(source)


@pytest.fixture
def customer(linked: Customer) -> Customer:
    """Have the whole history read just after the consent."""
    assert linked.after(0).status is SyncStatus.SUCCEEDED
    assert linked.has_all
    return linked


@pytest.mark.parametrize("pause", [1, 14, 60, 87])
def test_a_row_that_stays_pending_does_not_make_syncs_partial(
    customer: Customer, pause: int
) -> None:
    """However long, and however far apart the syncs are; coverage stays as it was."""
    for _ in range(170 // (pause + 1)):
        customer.book(days_ago=0)
        sync = customer.after(pause)
        assert (sync.status, sync.warnings) == (SyncStatus.SUCCEEDED, ())
        customer.book(days_ago=pause // 2)
        assert customer.after(1).status is SyncStatus.SUCCEEDED
        assert customer.has_all
        assert customer.hidden is None


def test_an_account_where_nothing_happens_does_not_make_syncs_partial(customer: Customer) -> None:
    """Though its last transaction is older than what the bank gives."""
    customer.source.bank.settle(GIRO)
    for _ in range(8):
        assert customer.after(20).status is SyncStatus.SUCCEEDED
    assert customer.has_all


def test_what_the_bank_gives_no_more_is_said_once(customer: Customer) -> None:
    """After more than ninety days without a sync there is a hole, which only a file can close."""
    customer.book(days_ago=0)
    sync = customer.after(120)
    told = customer.hidden

    assert sync.status is SyncStatus.PARTIAL
    assert told == midnight(customer.source.bank.today() - 90 * DAY)
    assert str(told.date()) in sync.warnings[0]
    assert customer.after(1).status is SyncStatus.SUCCEEDED
    assert customer.hidden == told


def test_what_was_read_before_is_not_hidden(customer: Customer) -> None:
    """Months after the consent sync missing cannot read it again, and says that; it is there."""
    for _ in range(4):
        customer.book(days_ago=0)
        assert customer.after(30).status is SyncStatus.SUCCEEDED
    sync = customer.after(1, Mode.MISSING)

    assert (sync.status, customer.hidden) == (SyncStatus.PARTIAL, None)
    assert customer.after(1).status is SyncStatus.SUCCEEDED
    assert customer.has_all


def test_what_was_hidden_is_read_after_another_consent(linked: Customer) -> None:
    """Sync missing closes the hole and the issue."""
    linked.source.bank.clock.advance(timedelta(hours=3))
    assert linked.it.run().status is SyncStatus.PARTIAL
    assert linked.hidden is not None
    linked.consent()

    assert linked.it.run(Mode.MISSING).status is SyncStatus.SUCCEEDED
    assert (linked.hidden, linked.has_all) == (None, True)


def test_what_is_hidden_of_another_account_stays_so(linked: Customer) -> None:
    """Though the first account was read whole, for all of the time."""
    linked.consent(GIRO)
    assert linked.it.run().status is SyncStatus.SUCCEEDED
    linked.consent(GIRO, DOLLARS)
    linked.source.bank.clock.advance(timedelta(hours=3))
    assert linked.it.run().status is SyncStatus.PARTIAL
    told = linked.hidden

    assert told is not None
    assert linked.after(1).status is SyncStatus.SUCCEEDED
    assert linked.hidden == told
    assert linked.after(1, Mode.MISSING).status is SyncStatus.PARTIAL
    assert linked.hidden == told
    linked.consent(GIRO, DOLLARS)
    assert linked.after(0, Mode.MISSING).status is SyncStatus.SUCCEEDED
    assert (linked.hidden, linked.has_all) == (None, True)


def test_deleted_ones_reappear_as_long_as_the_bank_gives_them(customer: Customer) -> None:
    """Older ones stay deleted, and make no sync partial."""
    reappear = DeletedPolicy.REAPPEAR
    edit(customer.it.integrations, KEY, lambda old: replace(old, deleted=reappear))
    rows = sorted(customer.it.ledger.of(KEY).values(), key=lambda each: each.occurred_at)
    old, young = rows[0].id, rows[-1].id
    for each in (old, young):
        set_state(customer.it, each, State.DELETED)

    assert customer.after(1).status is SyncStatus.SUCCEEDED
    assert customer.it.ledger.of(KEY)[young].state is State.ACTIVE
    assert customer.it.ledger.of(KEY)[old].state is State.DELETED
