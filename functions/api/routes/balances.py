"""Balances: what the source says is there, and what the transactions add up to."""

from datetime import datetime
from itertools import islice
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.answers import Answer, answer, cut
from functions.api.call import Here
from functions.api.documents import READ, document
from functions.api.shapes.balances import BalanceList, BalanceQuery, BalanceShape
from tidemark.domain.moments import spell
from tidemark.errors import FieldError, Invalid

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped


@router.get("/v1/balances", **document("List balances", "balances", READ, BalanceList))
def list_balances(here: Here, asked: Annotated[BalanceQuery, Query()]) -> Answer:
    """Give balances per integration and asset, of now or of a moment in the past."""
    at = _past(asked.at, here.ports.clock().now())
    listing = (here.owner, "balances", asked.integration, asked.group, at and spell(at))
    cursors = here.services.cursors
    place = cursors.read(listing, asked.cursor) if asked.cursor else None
    after = (str(place[0]), str(place[1])) if place else None
    reading = here.services.balancing.reading
    rows = reading.rows(here.owner, asked.integration, after, asked.group, at)
    found, more = cut(list(islice(rows, asked.limit + 1)), asked.limit)
    following = cursors.write(listing, found[-1].place) if more else None
    data = [BalanceShape.of(row) for row in found]
    return answer(BalanceList(data=data, has_more=more, next_cursor=following))


def _past(at: datetime | None, now: datetime) -> datetime | None:
    """Refuse a moment that is still to come."""
    if at is not None and at > now:
        future = FieldError("/query/at", "This is in the future.")
        raise Invalid("The request is not valid.", [future])
    return at
