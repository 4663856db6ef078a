"""The services of prices and values: loaded when a route first needs one of them."""

from collections.abc import Iterable
from functools import cached_property

from functions.api.wired import Wired
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.transactions import Transaction
from tidemark.errors import LedgerError
from tidemark.services.fill_sheets import FillSheets
from tidemark.services.find_prices import FindPrices
from tidemark.services.read_prices import ReadPrices
from tidemark.services.valuations import Valuations, ValueOf


class Valuing:
    """What gives prices, and values transactions."""

    def __init__(self, wired: Wired) -> None:
        """Put services together from these ports."""
        self._wired = wired

    @cached_property
    def prices(self) -> ReadPrices:
        """Give prices."""
        wired = self._wired
        finding = FindPrices(wired.price_sources())
        filling = FillSheets(wired.sheets(), finding, wired.clock())
        return ReadPrices(wired.quotes(), wired.sheets(), filling, wired.clock())

    @cached_property
    def valuations(self) -> Valuations:
        """Value transactions."""
        wired = self._wired
        return Valuations(
            accounts=wired.accounts(),
            ledger=wired.ledger(),
            months=wired.months(),
            sheets=wired.sheets(),
            clock=wired.clock(),
        )

    def over(self, owner: str, transactions: Iterable[Transaction]) -> ValueOf:
        """Give what values some transactions of an owner, in the owner's currency."""
        return self.valuations.over(transactions, self._wired.accounts().get(owner))

    def changed(self, *keys: IntegrationKey) -> None:
        """Have integrations looked at, each once.

        The change itself is made and is not undone by what goes wrong here: the next message about
        an integration makes up for one that was not sent.
        """
        try:
            for key in dict.fromkeys(keys):
                self._wired.values_queue().send(key)
        except LedgerError:
            return

    def changed_currency(self, owner: str) -> None:
        """Have all of an owner's integrations looked at."""
        self.changed(*(each.key for each in self._wired.integrations().of_owner(owner)))
