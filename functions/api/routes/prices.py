"""Prices: of now, or the closes of days that are over."""

from datetime import datetime
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.answers import Answer, answer
from functions.api.call import Here
from functions.api.documents import READ, document
from functions.api.shapes.prices import PriceList, PriceQuery, PriceShape
from tidemark.domain.moments import EARLIEST
from tidemark.errors import FieldError, Invalid

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped


@router.get("/v1/prices", **document("Get prices", "prices", READ, PriceList))
def get_prices(here: Here, asked: Annotated[PriceQuery, Query()]) -> Answer:
    """Give the price of each asset; one that no source knows is null, not nothing."""
    now, names = here.ports.clock().now(), asked.names()
    at = _past(asked.at, now)
    quote = asked.quote or here.ports.accounts().get(here.owner).quote_currency
    found = here.services.valuing.prices.prices(names, quote, at)
    data = [PriceShape.of(asset, quote, price, now) for asset, price in found.items()]
    return answer(PriceList(data=data, has_more=False, next_cursor=None))


def _past(at: datetime | None, now: datetime) -> datetime | None:
    """Refuse a moment that is still to come, or older than anything that has a price."""
    if at is not None and not EARLIEST <= at <= now:
        detail = "This is in the future." if at > now else "Nothing had a price then."
        raise Invalid("The request is not valid.", [FieldError("/query/at", detail)])
    return at
