"""Possible duplicates: what may be in twice, and the owner's word on it."""

from collections.abc import Sequence
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.answers import Answer, answer
from functions.api.call import Call, Here
from functions.api.documents import READ, WRITE, document
from functions.api.shapes.possible_duplicates import DuplicateList, DuplicateQuery, DuplicateShape
from tidemark.domain.duplicates import Duplicate
from tidemark.domain.integrations import IntegrationKey
from tidemark.services.read_duplicates import PairView

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped
_TAG = "possible duplicates"


@router.get(
    "/v1/possible_duplicates", **document("List possible duplicates", _TAG, READ, DuplicateList)
)
def list_possible_duplicates(here: Here, asked: Annotated[DuplicateQuery, Query()]) -> Answer:
    """Give pairs; a page may be short and yet have more behind it."""
    if asked.integration is not None:
        here.services.read_integrations.get(here.owner, asked.integration)
    listing = (here.owner, "possible_duplicates", asked.integration, asked.state)
    cursors = here.services.cursors
    after = cursors.read(listing, asked.cursor)[0] if asked.cursor else ""
    some = here.services.pairing.reading.some
    found = some(here.owner, asked.state, asked.integration, after, asked.limit)
    following = cursors.write(listing, [found.last]) if found.last else None
    data = _shown(here, found.views)
    return answer(DuplicateList(data=data, has_more=following is not None, next_cursor=following))


@router.post(
    "/v1/possible_duplicates/<duplicate_id>/merge",
    **document("Merge a possible duplicate", _TAG, WRITE, DuplicateShape),
)
def merge_duplicate(here: Here, duplicate_id: str) -> Answer:
    """Exclude the own transaction; the source's stands for it and takes over its words."""
    return _decided(here, here.services.pairing.decide.merge(here.owner, duplicate_id))


@router.post(
    "/v1/possible_duplicates/<duplicate_id>/dismiss",
    **document("Dismiss a possible duplicate", _TAG, WRITE, DuplicateShape),
)
def dismiss_duplicate(here: Here, duplicate_id: str) -> Answer:
    """Remember that these are two."""
    return _decided(here, here.services.pairing.decide.dismiss(here.owner, duplicate_id))


@router.post(
    "/v1/possible_duplicates/<duplicate_id>/undo",
    **document("Undo a merge or a dismissal", _TAG, WRITE, DuplicateShape),
)
def undo_duplicate(here: Here, duplicate_id: str) -> Answer:
    """Put both transactions back as they were before; words changed since stay."""
    return _decided(here, here.services.pairing.decide.undo(here.owner, duplicate_id))


def _decided(here: Call, pair: Duplicate) -> Answer:
    """Answer with a pair; what it did to values is looked at."""
    keys = [IntegrationKey(here.owner, each) for each in sorted(pair.integrations)]
    here.services.valuing.changed(*keys)
    view = here.services.pairing.reading.view(here.owner, pair)
    return answer(_shown(here, [view])[0])


def _shown(here: Call, views: Sequence[PairView]) -> list[DuplicateShape]:
    """Show pairs, with what their transactions are worth."""
    transactions = [row.transaction for view in views for row in view.rows]
    value_of = here.services.valuing.over(here.owner, transactions)
    return [DuplicateShape.of(view, value_of) for view in views]
