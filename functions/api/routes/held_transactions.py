"""Held transactions: what came late for a locked period, and what the owner decides."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.answers import Answer, answer, cut
from functions.api.call import Call, Here
from functions.api.documents import READ, WRITE, document
from functions.api.shapes.held import HeldList, HeldQuery, HeldShape
from functions.api.shapes.transactions import TransactionShape
from tidemark.services.decide_held import HeldView
from tidemark.services.edit_transactions import mark_of
from tidemark.services.walk_transactions import Row

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped
_TAG = "held transactions"
_AT_WORK = timedelta(seconds=25)
"""How long a request may read what is locked, to seal it anew."""


@router.get("/v1/held_transactions", **document("List held transactions", _TAG, READ, HeldList))
def list_held_transactions(here: Here, asked: Annotated[HeldQuery, Query()]) -> Answer:
    """Give what waits for the owner's decision, with what it would change, by integration."""
    listing = (here.owner, "held", asked.integration, asked.rejected)
    cursors = here.services.cursors
    place = cursors.read(listing, asked.cursor) if asked.cursor else None
    views = _views(here, asked, (place[0], place[1]) if place else None)
    found, more = cut(list(islice(views, asked.limit + 1)), asked.limit)
    following = cursors.write(listing, found[-1].place) if more else None
    data = _shown(here, found)
    return answer(HeldList(data=data, has_more=more, next_cursor=following))


def _views(here: Call, asked: HeldQuery, after: tuple[str, str] | None) -> Iterator[HeldView]:
    """Go through what is asked for."""
    views = here.services.locking.held.views
    return views(here.owner, asked.integration, after, rejected=asked.rejected)


@router.post(
    "/v1/held_transactions/<transaction_id>/accept",
    **document("Accept a held transaction", _TAG, WRITE, TransactionShape),
)
def accept_held_transaction(here: Here, transaction_id: str) -> Answer:
    """Take one into the ledger in spite of the lock; a rejected one, too."""
    now = here.ports.clock().now()
    held = here.services.locking.held
    integration, written = held.accept(here.owner, transaction_id, now + _AT_WORK)
    here.services.pairing.changed(here.owner, transaction_id)
    here.services.valuing.changed(integration.key)
    value_of = here.services.valuing.over(here.owner, [written])
    shape = TransactionShape.of(Row(integration, written), value_of)
    return answer(shape, etag=mark_of(written))


@router.post(
    "/v1/held_transactions/<transaction_id>/reject",
    **document("Reject a held transaction", _TAG, WRITE, HeldShape),
)
def reject_held_transaction(here: Here, transaction_id: str) -> Answer:
    """Have no sync bring it again while the period is locked."""
    view = here.services.locking.held.reject(here.owner, transaction_id)
    return answer(_shown(here, [view])[0])


def _shown(here: Call, views: Sequence[HeldView]) -> list[HeldShape]:
    """Show what is held, with what it would be worth."""
    value_of = here.services.valuing.over(here.owner, [view.transaction for view in views])
    return [HeldShape.of_view(view, value_of) for view in views]
