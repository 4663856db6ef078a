"""Balances: what the source says is there, and what the transactions add up to."""

from itertools import islice
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.answers import Answer, answer, cut
from functions.api.call import Here
from functions.api.documents import READ, document
from functions.api.shapes.balances import BalanceList, BalanceQuery, BalanceShape
from functions.api.times import past_of
from tidemark.domain.moments import spell

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped


@router.get("/v1/balances", **document("List balances", "balances", READ, BalanceList))
def list_balances(here: Here, asked: Annotated[BalanceQuery, Query()]) -> Answer:
    """Give balances per integration and asset, as of now, of a moment, or of a day's end."""
    at = past_of(here, asked.at, "/query/at")
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
