"""A small world in which transactions are valued."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tests.fakes import FakePrices
from tests.world import KEY, World
from tidemark.domain.accounts import Account
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.legs import Kind, Leg, Role
from tidemark.domain.pages import Window
from tidemark.domain.transactions import Origin, Transaction
from tidemark.domain.valuations import Valuation
from tidemark.services.fill_sheets import FillSheets
from tidemark.services.find_prices import FindPrices
from tidemark.services.read_prices import ReadPrices
from tidemark.services.refresh_prices import RefreshPrices
from tidemark.services.valuations import Valuations
from tidemark.services.value_transactions import ValueTransactions

ALWAYS = Window(None, datetime(2100, 1, 1, tzinfo=UTC))
LIFE = timedelta(minutes=1)


def leg(amount: str, asset: str, role: Role = Role.PRINCIPAL) -> Leg:
    """Make a leg."""
    return Leg(f"{role}:{asset}:{amount}", asset, Decimal(amount), role, asset, Kind.TRADE)


@dataclass
class Valued:
    """A world with a source of prices, and what stands on both."""

    prices: FakePrices = field(default_factory=FakePrices)
    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        """Connect an integration."""
        self.world.connect()
        self.world.price_sources = [self.prices]

    @property
    def filling(self) -> FillSheets:
        """Give what fills sheets."""
        it = self.world
        return FillSheets(it.see(it.sheets), FindPrices(it.price_sources), it.clock)

    @property
    def running(self) -> ValueTransactions:
        """Give the value run."""
        it = self.world
        stores = (it.integrations, it.accounts, it.ledger, it.months, it.quotes)
        return ValueTransactions(*map(it.see, stores), self.filling, it.values_queue, it.clock)

    @property
    def valuations(self) -> Valuations:
        """Give what values transactions."""
        it = self.world
        stores = (it.accounts, it.ledger, it.months, it.sheets)
        return Valuations(*map(it.see, stores), it.clock)

    @property
    def reading(self) -> ReadPrices:
        """Give what gives prices."""
        it = self.world
        return ReadPrices(it.see(it.quotes), it.see(it.sheets), self.filling, it.clock)

    @property
    def refreshing(self) -> RefreshPrices:
        """Give what refreshes quotes."""
        return RefreshPrices(self.world.quotes, FindPrices([self.prices]), self.world.clock)

    @property
    def soon(self) -> datetime:
        """Give when time is up."""
        return self.world.clock.now() + LIFE

    @property
    def account(self) -> Account:
        """Give the owner's account."""
        return self.world.accounts.get(KEY.owner)

    def enter(self, name: str, at: datetime, *legs: Leg, key: IntegrationKey = KEY) -> None:
        """Write a transaction by hand."""
        made = Transaction(name, "", at, legs, at, "", origin=Origin.MANUAL)
        self.world.amending.add(key, [made])

    def run(self) -> None:
        """Look at the integration, and at what is due."""
        self.running.integration(KEY, self.soon)
        self.running.due(self.soon)

    def value(self, name: str) -> Valuation:
        """Value one transaction."""
        (found,) = self.valuations.of([self.world.ledger.of(KEY)[name]], self.account)
        assert found is not None
        return found

    def status(self, name: str) -> str:
        """Give how one transaction is valued."""
        return self.value(name).status.value

    def unvalued(self, window: Window = ALWAYS) -> int:
        """Count what has no value."""
        return self.valuations.unvalued(KEY, window)


def day(number: int, month: int = 5) -> date:
    """Give a day of 2025; the world begins on 1 June, at noon."""
    return date(2025, month, number)


def moment(number: int, month: int = 5, hour: int = 8) -> datetime:
    """Give a moment of 2025."""
    return datetime(2025, month, number, hour, tzinfo=UTC)
