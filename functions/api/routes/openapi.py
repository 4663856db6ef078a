"""The document of this API, generated when it is built."""

from http import HTTPStatus
from pathlib import Path

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from functions.api.answers import JSON, Answer
from functions.api.documents import document

DOCUMENT = Path(__file__).parent.parent / "openapi.json"

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped


@router.get("/v1/openapi.json", **document("This document", "meta", None, None))
def get_document() -> Answer:
    """Give the document as it was generated."""
    headers: dict[str, str | list[str]] = {"Cache-Control": "public, max-age=300"}
    return Response(int(HTTPStatus.OK), JSON, DOCUMENT.read_text(encoding="utf-8"), headers)
