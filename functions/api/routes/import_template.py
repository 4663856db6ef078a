"""The file to fill in."""

import base64
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from functions.api.answers import Answer
from functions.api.documents import READ, Document, document
from tidemark.domain.files import FileFormat
from tidemark.files.write_template import template_csv, template_xlsx
from tidemark.services.import_file import CONTENT_TYPES

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped


def _described(summary: str, form: FileFormat) -> Document:
    """Describe a route that answers with a file."""
    content: Any = {CONTENT_TYPES[form]: {"schema": {"type": "string", "format": "binary"}}}
    described = document(summary, "imports", READ, None)
    described["responses"] = {int(HTTPStatus.OK): {"description": "OK", "content": content}}
    return described


@router.get(
    "/v1/import_template.xlsx", **_described("Get the template as a workbook", FileFormat.XLSX)
)
def get_workbook() -> Answer:
    """Give a sheet to fill in, all cells text, with instructions."""
    return _file(template_xlsx(), FileFormat.XLSX)


@router.get("/v1/import_template.csv", **_described("Get the template as CSV", FileFormat.CSV))
def get_csv() -> Answer:
    """Give the titles of the columns to fill in."""
    return _file(template_csv(), FileFormat.CSV)


def _file(content: bytes, form: FileFormat) -> Answer:
    """Answer with a file to be saved."""
    headers: dict[str, str | list[str]] = {
        "Cache-Control": "private, max-age=300",
        "Content-Disposition": f'attachment; filename="tidemark-import.{form.value}"',
    }
    spelled = base64.b64encode(content).decode()
    response: Answer = Response(int(HTTPStatus.OK), CONTENT_TYPES[form], spelled, headers)
    response.base64_encoded = True  # given bytes, Powertools' validation takes them for JSON
    return response
