"""Transactions: list, get, exclude, include, delete, restore."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.answers import Answer, answer, nothing
from functions.api.call import Call, Here
from functions.api.documents import READ, WRITE, document
from functions.api.shapes.syncs import SyncShape
from functions.api.shapes.transactions import (
    SourceShape,
    TransactionList,
    TransactionQuery,
    TransactionShape,
)
from tidemark.domain import moments
from tidemark.services.edit_transactions import mark_of
from tidemark.services.read_transactions import Listed, Sort
from tidemark.services.walk_transactions import ImportSpot, Row, Spot

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped
_TAG = "transactions"


@router.get("/v1/transactions", **document("List transactions", _TAG, READ, TransactionList))
def list_transactions(here: Here, asked: Annotated[TransactionQuery, Query()]) -> Answer:
    """Give transactions across integrations; a page may be short and yet have more behind it."""
    place = None
    if asked.cursor is not None:
        place = here.services.cursors.read(_listing(here, asked), asked.cursor)
    if asked.sort is Sort.NEWEST_IMPORTED and asked.state is not Listed.PENDING:
        return _by_import(here, asked, place)
    return _by_time(here, asked, place)


def _listing(here: Call, asked: TransactionQuery) -> Sequence[object]:
    """Name a list: whose it is, its filters and its order."""
    filters = asked.model_dump(mode="json", exclude={"limit", "cursor"})
    return here.owner, "transactions", sorted(filters.items())


def _by_time(here: Call, asked: TransactionQuery, place: Sequence[str] | None) -> Answer:
    """List by time."""
    after = Spot(moments.parse(place[0]), place[1], place[2]) if place else None
    newest = asked.sort is not Sort.OLDEST
    found = here.services.read_transactions.by_time(
        here.owner, asked.filter(), after, asked.limit, newest_first=newest
    )
    return _listed(here, asked, found.rows, found.last)


def _by_import(here: Call, asked: TransactionQuery, place: Sequence[int] | None) -> Answer:
    """List by the time of import."""
    found = here.services.read_transactions.newest_imported(
        here.owner, asked.filter(), _import_spot(place), asked.limit
    )
    return _listed(here, asked, found.rows, found.last)


def _import_spot(place: Sequence[int] | None) -> ImportSpot | None:
    """Read a place in the list by import."""
    return ImportSpot(place[0], place[1]) if place else None


def _listed(
    here: Call, asked: TransactionQuery, rows: Sequence[Row], last: Sequence[object] | None
) -> Answer:
    """Answer with a list."""
    following = None
    if last is not None:
        following = here.services.cursors.write(_listing(here, asked), last)
    now = here.ports.clock().now()
    data = [TransactionShape.of(row, now) for row in rows]
    return answer(TransactionList(data=data, has_more=last is not None, next_cursor=following))


@router.get(
    "/v1/transactions/<transaction_id>",
    **document("Get a transaction", _TAG, READ, TransactionShape),
)
def get_transaction(here: Here, transaction_id: str) -> Answer:
    """Give one transaction; of a deleted one, ids and time."""
    return _shown(here, here.services.read_transactions.get(here.owner, transaction_id))


@router.delete(
    "/v1/transactions/<transaction_id>",
    **document("Delete a transaction", _TAG, WRITE, TransactionShape),
)
def delete_transaction(
    here: Here,
    transaction_id: str,
    permanent: Annotated[bool, Query()] = False,  # noqa: FBT002 - a query parameter
) -> Answer:
    """Leave only a tombstone, or, if permanent, no trace (204)."""
    edits, expected = here.services.edit_transactions, here.expected(str)
    if permanent:
        edits.forget(here.owner, transaction_id, expected)
        return nothing()
    return _shown(here, edits.delete(here.owner, transaction_id, expected))


@router.get(
    "/v1/transactions/<transaction_id>/source",
    **document("Show a transaction's source", _TAG, READ, SourceShape),
)
def get_source(here: Here, transaction_id: str) -> Answer:
    """Give the source's own records, as they came."""
    row = here.services.read_transactions.get(here.owner, transaction_id)
    return answer(SourceShape.of(row))


@router.post(
    "/v1/transactions/<transaction_id>/exclude",
    **document("Exclude a transaction", _TAG, WRITE, TransactionShape),
)
def exclude_transaction(here: Here, transaction_id: str) -> Answer:
    """Take one out of balances and reports."""
    edits, expected = here.services.edit_transactions, here.expected(str)
    return _shown(here, edits.exclude(here.owner, transaction_id, expected))


@router.post(
    "/v1/transactions/<transaction_id>/include",
    **document("Include a transaction", _TAG, WRITE, TransactionShape),
)
def include_transaction(here: Here, transaction_id: str) -> Answer:
    """Put one back into balances and reports."""
    edits, expected = here.services.edit_transactions, here.expected(str)
    return _shown(here, edits.include(here.owner, transaction_id, expected))


@router.post(
    "/v1/transactions/<transaction_id>/restore",
    **document("Restore a deleted transaction", _TAG, WRITE, SyncShape, status=HTTPStatus.ACCEPTED),
)
def restore_transaction(here: Here, transaction_id: str) -> Answer:
    """Ask the source again for a deleted transaction; the sync that does it is answered."""
    sync = here.services.edit_transactions.restore(here.owner, transaction_id)
    return answer(SyncShape.of(sync), HTTPStatus.ACCEPTED, location=f"/v1/syncs/{sync.id}")


def _shown(here: Call, row: Row) -> Answer:
    """Answer with one transaction."""
    shape = TransactionShape.of(row, here.ports.clock().now())
    return answer(shape, etag=None if row.pending else mark_of(row.transaction))
