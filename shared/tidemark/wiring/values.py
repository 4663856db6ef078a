"""Prices and values: what the value run and the refreshing of prices do."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tidemark.wiring.base import clock
from tidemark.wiring.outside import price_sources, values_queue
from tidemark.wiring.stores import accounts, integrations, ledger, months, quotes, sheets

if TYPE_CHECKING:
    from tidemark.services.refresh_prices import RefreshPrices
    from tidemark.services.value_transactions import ValueTransactions


@cache
def value_transactions() -> ValueTransactions:
    """Have the closes that transactions are valued by."""
    from tidemark.services.fill_sheets import FillSheets
    from tidemark.services.find_prices import FindPrices
    from tidemark.services.value_transactions import ValueTransactions

    return ValueTransactions(
        integrations=integrations(),
        accounts=accounts(),
        ledger=ledger(),
        months=months(),
        quotes=quotes(),
        filling=FillSheets(sheets(), FindPrices(price_sources()), clock()),
        queue=values_queue(),
        clock=clock(),
    )


@cache
def refresh_prices() -> RefreshPrices:
    """Refresh the prices of now."""
    from tidemark.services.find_prices import FindPrices
    from tidemark.services.refresh_prices import RefreshPrices

    return RefreshPrices(quotes(), FindPrices(price_sources()), clock())
