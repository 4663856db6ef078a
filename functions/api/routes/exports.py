"""Exports: order a file of transactions, and fetch it."""

from functools import partial
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body

from functions.api.answers import Answer, answer
from functions.api.call import Here
from functions.api.documents import READ, WRITE, document
from functions.api.shapes.exports import ExportShape, NewExport
from functions.api.times import moment_of

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped
_TAG = "exports"


@router.post(
    "/v1/exports",
    **document("Start an export", _TAG, WRITE, ExportShape, status=HTTPStatus.ACCEPTED),
)
def create_export(here: Here, wanted: Annotated[NewExport, Body()]) -> Answer:
    """Write transactions into a file, oldest first, each with its state and what it was worth.

    Imported again, what was excluded is excluded; of values, those with the status `manual` are
    read: others come by prices, as they did here.
    """
    filters = wanted.filter(partial(moment_of, here))
    made = here.services.filing.exports.create(here.owner, wanted.format, filters)
    shape = ExportShape.of(made, None)
    return answer(shape, HTTPStatus.ACCEPTED, location=f"/v1/exports/{made.id}")


@router.get("/v1/exports/<export_id>", **document("Get an export", _TAG, READ, ExportShape))
def get_export(here: Here, export_id: str) -> Answer:
    """Give one export; when it is done, with a URL to fetch the file by."""
    exports = here.services.filing.exports
    record = exports.get(here.owner, export_id)
    return answer(ExportShape.of(record, exports.url(record)))
