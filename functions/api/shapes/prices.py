"""Prices over the wire."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from functions.api.shapes.fields import Amount, GivenMoment, Moment, Shape
from tidemark.domain.amounts import canonical
from tidemark.domain.prices import Quote
from tidemark.errors import FieldError, Invalid

_MOST = 50
_LONGEST_ASSET = 30


class PriceQuery(Shape):
    """Which prices: of assets, separated by commas, in the owner's currency unless said.

    `at` is a day, or a moment of it: past days have their close (UTC), today has the newest price.
    """

    assets: Annotated[str, Field(min_length=1, max_length=_MOST * (_LONGEST_ASSET + 1))]
    quote: Annotated[str | None, Field(pattern="^[A-Z]{3}$")] = None
    at: GivenMoment | None = None

    def names(self) -> list[str]:
        """Give the assets, each once. Raises Invalid where they are too many, or none."""
        names = [name.strip().upper() for name in self.assets.split(",")]
        if not all(name and len(name) <= _LONGEST_ASSET for name in names):
            raise _wrong(f"Name assets by 1 to {_LONGEST_ASSET} characters each.")
        if len(names) > _MOST:
            raise _wrong(f"At most {_MOST} assets can be asked for.")
        return list(dict.fromkeys(names))


def _wrong(detail: str) -> Invalid:
    """Say what is wrong with the assets."""
    return Invalid("The request is not valid.", [FieldError("/query/assets", detail)])


class PriceShape(Shape):
    """A price; all but asset and quote are null where no source has one. `age` is in seconds."""

    asset: str
    quote: str
    value: Amount | None
    source: str | None
    at: Moment | None
    age: int | None

    @classmethod
    def of(cls, asset: str, quote: str, price: Quote | None, now: datetime) -> Self:
        """Show a price as of now (UTC)."""
        if price is None:
            return cls(asset=asset, quote=quote, value=None, source=None, at=None, age=None)
        return cls(
            asset=asset,
            quote=quote,
            value=canonical(price.price),
            source=price.source,
            at=price.at,
            age=max(0, int((now - price.at).total_seconds())),
        )


class PriceList(Shape):
    """Prices, in the order in which assets were named."""

    data: list[PriceShape]
    has_more: bool
    next_cursor: str | None
