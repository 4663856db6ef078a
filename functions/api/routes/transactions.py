"""Transactions: lists, one with its source and its history, and the change feed."""

from collections.abc import Sequence
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.answers import Answer, answer
from functions.api.call import Call, Here
from functions.api.documents import READ, document
from functions.api.routes.transaction_edits import router, shown
from functions.api.shapes.queries import PageQuery
from functions.api.shapes.transaction_changes import ChangesShape, EntryShape, HistoryList
from functions.api.shapes.transactions import (
    SourceShape,
    TransactionList,
    TransactionQuery,
    TransactionShape,
)
from functions.api.times import moment_of
from tidemark.domain import moments
from tidemark.services.read_changes import BEGINNING, Position
from tidemark.services.read_history import history_of
from tidemark.services.read_transactions import Filter, Sort
from tidemark.services.walk_transactions import ImportSpot, Row, Spot

__all__ = ["router"]

_TAG = "transactions"


@router.get("/v1/transactions", **document("List transactions", _TAG, READ, TransactionList))
def list_transactions(here: Here, asked: Annotated[TransactionQuery, Query()]) -> Answer:
    """Give transactions across integrations; a page may be short and yet have more behind it."""
    place = None
    if asked.cursor is not None:
        place = here.services.cursors.read(_listing(here, asked), asked.cursor)
    is_parked = asked.state is not None and asked.state.parked
    if asked.sort is Sort.NEWEST_IMPORTED and not is_parked:
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
        here.owner, _filter(here, asked), after, asked.limit, newest_first=newest
    )
    return _listed(here, asked, found.rows, found.last)


def _by_import(here: Call, asked: TransactionQuery, place: Sequence[int] | None) -> Answer:
    """List by the time of import."""
    found = here.services.read_transactions.newest_imported(
        here.owner, _filter(here, asked), _import_spot(place), asked.limit
    )
    return _listed(here, asked, found.rows, found.last)


def _filter(here: Call, asked: TransactionQuery) -> Filter:
    """Give the filters that are asked for."""
    return asked.filter(lambda given, pointer: moment_of(here, given, f"/query{pointer}"))


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
    value_of = here.services.valuing.over(here.owner, [row.transaction for row in rows])
    data = [TransactionShape.of(row, value_of) for row in rows]
    return answer(TransactionList(data=data, has_more=last is not None, next_cursor=following))


@router.get(
    "/v1/transactions/<transaction_id>",
    **document("Get a transaction", _TAG, READ, TransactionShape),
)
def get_transaction(here: Here, transaction_id: str) -> Answer:
    """Give one transaction; of a deleted one, ids and time."""
    return shown(here, here.services.read_transactions.get(here.owner, transaction_id))


@router.get(
    "/v1/transactions/<transaction_id>/source",
    **document("Show a transaction's source", _TAG, READ, SourceShape),
)
def get_source(here: Here, transaction_id: str) -> Answer:
    """Give the source's own records, as they came."""
    row = here.services.read_transactions.get(here.owner, transaction_id)
    return answer(SourceShape.of(row))


@router.get(
    "/v1/transactions/<transaction_id>/history",
    **document("Show a transaction's history", _TAG, READ, HistoryList),
)
def get_history(here: Here, transaction_id: str) -> Answer:
    """Give how it came and every change since, oldest first."""
    row = here.services.read_transactions.get(here.owner, transaction_id)
    entries = history_of(row.transaction) if row.stored else []
    data = [EntryShape.of(each) for each in entries]
    return answer(HistoryList(data=data, has_more=False, next_cursor=None))


@router.get(
    "/v1/transactions/changes",
    **document("Follow the changes of transactions", _TAG, READ, ChangesShape),
)
def list_changes(here: Here, asked: Annotated[PageQuery, Query()]) -> Answer:
    """Give what changed since the cursor, or since the beginning; each change once per cursor."""
    listing = (here.owner, "changes")
    cursors = here.services.cursors
    place = cursors.read(listing, asked.cursor) if asked.cursor is not None else None
    after = Position(*place) if place else BEGINNING
    changes = here.services.editing.changes.since(here.owner, after, asked.limit)
    rows = (*changes.added.values(), *changes.modified.values())
    value_of = here.services.valuing.over(here.owner, [row.transaction for row in rows])
    return answer(ChangesShape.of(changes, value_of, cursors.write(listing, changes.after)))
