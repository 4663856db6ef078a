"""The way back from a bank: a browser, and a signed state that says whose it is."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.answers import Answer
from functions.api.call import Here
from functions.api.documents import document
from functions.api.routes.integration_actions import CALLBACK
from functions.api.shapes.consents import CallbackQuery

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1><p>{text}</p></body></html>
"""
_HEADERS: dict[str, str | list[str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@router.get(CALLBACK, **document("Come back from a bank", "consents", None, None))
def come_back(here: Here, came: Annotated[CallbackQuery, Query()]) -> Answer:
    """Keep the consent that the state was made for, or that there is none."""
    consents = here.services.linking.consents
    state = came.state or came.ref or ""
    if came.error is not None:
        consents.deny(state)
        return _page("The bank is not connected", "You may close this page and try again.")
    consents.grant(state, came.code or "", here.present)
    return _page("The bank is connected", "You may close this page.")


def _page(title: str, text: str) -> Answer:
    """Answer a browser: plain words, nothing of what it came with."""
    page = _PAGE.format(title=title, text=text)
    return Response(int(HTTPStatus.OK), "text/html; charset=utf-8", page, dict(_HEADERS))
