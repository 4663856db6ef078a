"""How far back the syncs of a bank read: it gives old rows only just after a consent."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from local.sources.bank import Booking
from local.sources.bank_history import GIRO, made_up_bank
from local.sources.enable_banking import EnableBankingSource
from tests.connectors.bank_world import BankWorld, still
from tests.world import KEY, World, set_state
from tidemark.connector_kit.bank_walk import midnight
from tidemark.domain.integrations import DeletedPolicy, IntegrationKind
from tidemark.domain.syncs import Mode, Sync, SyncStatus
from tidemark.domain.transactions import State
from tidemark.services.write_integration import edit

DAY = timedelta(days=1)


@dataclass
class Customer:
    """An owner with a consent for half a year, whose history was read just after it."""

    source: EnableBankingSource
    it: World

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
    def claimed(self) -> list[datetime | None]:
        """Give from when on coverage says that the bank has nothing."""
        return [each.unavailable_before for each in self.it.coverage.read(KEY)[0].values()]


@pytest.fixture
def customer() -> Iterator[Customer]:
    """Link a bank with 200 days of history, in which one row stays pending for ever."""
    with EnableBankingSource(made_up_bank(still(), days=200)) as source:
        bank = BankWorld(source, "enable_banking")
        granted = bank.consent()
        it = World(clock=source.bank.clock, connectors=bank.registry)  # type: ignore[arg-type]
        facts = {"credentials": granted.credentials, "kind": IntegrationKind.BANK}
        it.connect(connector="enable_banking", **facts)
        customer = Customer(source, it)
        assert customer.after(0).status is SyncStatus.SUCCEEDED
        assert customer.has_all
        yield customer


@pytest.mark.parametrize("pause", [1, 14, 60, 87])
def test_a_row_that_stays_pending_does_not_make_syncs_partial(
    customer: Customer, pause: int
) -> None:
    """However long, and however far apart the syncs are; coverage stays as it was."""
    before = customer.claimed
    for _ in range(170 // (pause + 1)):
        customer.book(days_ago=0)
        sync = customer.after(pause)
        assert (sync.status, sync.warnings) == (SyncStatus.SUCCEEDED, ())
        customer.book(days_ago=pause // 2)
        assert customer.after(1).status is SyncStatus.SUCCEEDED
        assert customer.has_all
        assert customer.claimed == before


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
    (told,) = customer.claimed

    assert sync.status is SyncStatus.PARTIAL
    assert told == midnight(customer.source.bank.today() - 90 * DAY)
    assert str(told.date()) in sync.warnings[0]
    assert customer.after(1).status is SyncStatus.SUCCEEDED
    assert customer.claimed == [told]


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
