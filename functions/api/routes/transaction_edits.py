"""What owners do with transactions: make, change, exclude, delete, restore, one or many."""

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from functions.api.answers import Answer, answer, nothing
from functions.api.call import Call, Here
from functions.api.documents import WRITE, document
from functions.api.shapes.syncs import SyncShape
from functions.api.shapes.transaction_changes import DoneList, ManyBody
from functions.api.shapes.transactions import TransactionShape
from functions.api.shapes.wordings import ChangesBody, NewTransactionBody
from functions.api.strict import read_object
from tidemark.domain.ids import split_transaction_id
from tidemark.domain.ids import transaction_id as shown_id
from tidemark.domain.integrations import IntegrationKey
from tidemark.services.edit_transactions import mark_of
from tidemark.services.walk_transactions import Row

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped
_TAG = "transactions"
_AT_WORK = timedelta(seconds=20)
"""How long a request begins to change one more of many."""


@router.post(
    "/v1/transactions",
    **document(
        "Make a transaction by hand", _TAG, WRITE, TransactionShape, status=HTTPStatus.CREATED
    ),
)
def make_transaction(here: Here, wanted: Annotated[NewTransactionBody, Body()]) -> Answer:
    """Add one that no source tells, to any integration; what syncs read does not change by it."""
    entered = read_object(here.body)
    del entered["integration"]
    row = here.services.editing.make.make(
        here.owner, wanted.integration, wanted.said(), json.dumps(entered, ensure_ascii=False)
    )
    made = row.transaction
    here.services.pairing.made(row.integration.key, shown_id(row.integration.id, made.id))
    here.services.valuing.changed(row.integration.key)
    return answer(
        TransactionShape.of(row, here.services.valuing.over(here.owner, [made])),
        HTTPStatus.CREATED,
        etag=mark_of(made),
        location=f"/v1/transactions/{shown_id(row.integration.id, made.id)}",
    )


@router.post(
    "/v1/transactions/bulk",
    **document("Change many transactions", _TAG, WRITE, DoneList),
)
def change_many(here: Here, wanted: Annotated[ManyBody, Body()]) -> Answer:
    """Do the same with each, by itself: what cannot be done with one says why."""
    until = here.ports.clock().now() + _AT_WORK
    done = here.services.editing.many.change(here.owner, wanted.action, wanted.ids, until)
    shape = DoneList.of(done)
    here.services.pairing.changed(here.owner, *wanted.ids)
    ids = (each.id for each in shape.data if each.detail is None)
    here.services.valuing.changed(*_integrations(here.owner, *ids))
    return answer(shape)


def _integrations(owner: str, *ids: str) -> list[IntegrationKey]:
    """Name the integrations of transactions that were changed."""
    parts = map(split_transaction_id, ids)
    return [IntegrationKey(owner, integration_id) for integration_id, _ in filter(None, parts)]


@router.patch(
    "/v1/transactions/<transaction_id>",
    **document("Change a transaction", _TAG, WRITE, TransactionShape),
)
def change_transaction(
    here: Here, transaction_id: str, wanted: Annotated[ChangesBody, Body()]
) -> Answer:
    """Lay other facts over those that were imported, which stay."""
    edits, expected = here.services.edit_transactions, here.expected(str)
    return _changed(here, edits.update(here.owner, transaction_id, wanted.said(), expected))


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
        here.services.pairing.changed(here.owner, transaction_id)
        here.services.valuing.changed(*_integrations(here.owner, transaction_id))
        return nothing()
    return _changed(here, edits.delete(here.owner, transaction_id, expected))


@router.post(
    "/v1/transactions/<transaction_id>/reset",
    **document("Reset a transaction", _TAG, WRITE, TransactionShape),
)
def reset_transaction(here: Here, transaction_id: str) -> Answer:
    """Show one as it was imported again."""
    edits, expected = here.services.edit_transactions, here.expected(str)
    return _changed(here, edits.reset(here.owner, transaction_id, expected))


@router.post(
    "/v1/transactions/<transaction_id>/exclude",
    **document("Exclude a transaction", _TAG, WRITE, TransactionShape),
)
def exclude_transaction(here: Here, transaction_id: str) -> Answer:
    """Take one out of balances and reports."""
    edits, expected = here.services.edit_transactions, here.expected(str)
    return _changed(here, edits.exclude(here.owner, transaction_id, expected))


@router.post(
    "/v1/transactions/<transaction_id>/include",
    **document("Include a transaction", _TAG, WRITE, TransactionShape),
)
def include_transaction(here: Here, transaction_id: str) -> Answer:
    """Put one back into balances and reports."""
    edits, expected = here.services.edit_transactions, here.expected(str)
    return _changed(here, edits.include(here.owner, transaction_id, expected))


@router.post(
    "/v1/transactions/<transaction_id>/restore",
    **document("Restore a deleted transaction", _TAG, WRITE, SyncShape, status=HTTPStatus.ACCEPTED),
)
def restore_transaction(here: Here, transaction_id: str) -> Answer:
    """Ask the source again for a deleted transaction; the sync that does it is answered."""
    sync = here.services.edit_transactions.restore(here.owner, transaction_id)
    return answer(SyncShape.of(sync), HTTPStatus.ACCEPTED, location=f"/v1/syncs/{sync.id}")


def _changed(here: Call, row: Row) -> Answer:
    """Answer with one transaction that was changed, when its pairs were looked at."""
    here.services.pairing.changed(here.owner, shown_id(row.integration.id, row.transaction.id))
    here.services.valuing.changed(row.integration.key)
    return shown(here, row)


def shown(here: Call, row: Row) -> Answer:
    """Answer with one transaction."""
    value_of = here.services.valuing.over(here.owner, [row.transaction])
    shape = TransactionShape.of(row, value_of)
    return answer(shape, etag=mark_of(row.transaction) if row.stored else None)
