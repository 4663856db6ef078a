"""Syncs: start, list, watch, cancel, answer."""

from collections.abc import Iterator
from http import HTTPStatus
from itertools import islice
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from functions.api.answers import Answer, answer, cut
from functions.api.call import Call, Here
from functions.api.documents import READ, WRITE, document
from functions.api.shapes.queries import IntegrationPageQuery
from functions.api.shapes.syncs import (
    AnswerBody,
    NewSyncs,
    StartedSyncs,
    SyncList,
    SyncRevertShape,
    SyncShape,
)
from functions.api.times import moment_of
from tidemark.domain.consents import Answer as OwnersAnswer
from tidemark.domain.ids import is_id
from tidemark.domain.moments import EARLIEST
from tidemark.domain.pages import Window
from tidemark.domain.syncs import Mode, Sync
from tidemark.errors import FieldError, Invalid, NotFound
from tidemark.services.watch_sync import first_moment

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped
_TAG = "syncs"


@router.post(
    "/v1/syncs",
    **document("Start syncs", _TAG, WRITE, StartedSyncs, status=HTTPStatus.ACCEPTED),
)
def start_syncs(here: Here, wanted: Annotated[NewSyncs, Body()]) -> Answer:
    """Start a sync of each integration, or join the one that runs."""
    window = _window(here, wanted)
    if not all(is_id("intg", each) for each in wanted.integrations if wanted.integrations != "all"):
        raise NotFound
    requests = here.services.requests
    started = requests.request(
        here.owner, wanted.integrations, wanted.mode, window, present=here.present
    )
    data = [_shape(here, requests.view(sync)) for sync in started]
    one = f"/{data[0].id}" if len(data) == 1 else ""
    return answer(StartedSyncs(data=data), HTTPStatus.ACCEPTED, location=f"/v1/syncs{one}")


def _window(here: Call, wanted: NewSyncs) -> Window | None:
    """Give the time that a range sync reads.

    Raises:
        Invalid: when it is none, or is given to another mode.
    """
    given = wanted.from_ is not None or wanted.to is not None
    if given != (wanted.mode is Mode.RANGE):
        raise _invalid("/from", "`from` and `to` go with mode range, and range needs one of them.")
    if not given:
        return None
    since, until = moment_of(here, wanted.from_, "/from"), moment_of(here, wanted.to, "/to")
    now = here.ports.clock().now()
    if since is not None and since >= now:
        raise _invalid("/from", "This lies in the future.")
    window = Window(since, until or now)
    if (window.since or EARLIEST) >= window.until:
        raise _invalid("/to", "`to` must be later than `from`.")
    return window


def _invalid(pointer: str, detail: str) -> Invalid:
    """Point at one field."""
    return Invalid("The request is not valid.", [FieldError(pointer, detail)])


@router.get("/v1/syncs", **document("List syncs", _TAG, READ, SyncList))
def list_syncs(here: Here, asked: Annotated[IntegrationPageQuery, Query()]) -> Answer:
    """Give the owner's syncs, newest first."""
    listing = (here.owner, "syncs", asked.integration)
    cursors, requests = here.services.cursors, here.services.requests
    before = cursors.read(listing, asked.cursor)[0] if asked.cursor else None
    rows = islice(_syncs(here, asked.integration, before), asked.limit + 1)
    found, more = cut(list(rows), asked.limit)
    following = cursors.write(listing, [found[-1].id]) if more else None
    data = [_shape(here, requests.view(sync)) for sync in found]
    return answer(SyncList(data=data, has_more=more, next_cursor=following))


def _syncs(here: Call, integration: str | None, before: str | None) -> Iterator[Sync]:
    """Go through the owner's syncs, those of one integration if it is named."""
    if integration is not None:
        here.services.read_integrations.get(here.owner, integration)
    found = here.ports.syncs().newest_first(here.owner, before)
    return (each for each in found if integration in (None, each.key.integration_id))


@router.get("/v1/syncs/<sync_id>", **document("Get a sync", _TAG, READ, SyncShape))
def get_sync(here: Here, sync_id: str) -> Answer:
    """Give one sync, with its progress while it runs."""
    return answer(_shape(here, here.services.requests.read(here.owner, sync_id)))


@router.post(
    "/v1/syncs/<sync_id>/cancel",
    **document("Cancel a sync", _TAG, WRITE, SyncShape, status=HTTPStatus.ACCEPTED),
)
def cancel_sync(here: Here, sync_id: str) -> Answer:
    """Ask a sync to stop at its next page; one that has ended stays as it is."""
    canceled = here.services.requests.cancel(here.owner, sync_id)
    location = f"/v1/syncs/{canceled.id}"
    return answer(_shape(here, canceled), HTTPStatus.ACCEPTED, location=location)


@router.post(
    "/v1/syncs/<sync_id>/answer",
    **document("Answer a waiting sync", _TAG, WRITE, SyncShape, status=HTTPStatus.ACCEPTED),
)
def answer_sync(here: Here, sync_id: str, given: Annotated[AnswerBody, Body()]) -> Answer:
    """Hand the owner's answer to a sync that waits for it; a wrong one may be repeated."""
    if (given.otp is None) == (given.confirmed is None):
        raise _invalid("/otp", "Give `otp`, or `confirmed: true`.")
    answers = here.services.linking.answers
    answered = answers.answer(here.owner, sync_id, OwnersAnswer(given.otp))
    location = f"/v1/syncs/{answered.id}"
    return answer(_shape(here, answered), HTTPStatus.ACCEPTED, location=location)


@router.post(
    "/v1/syncs/<sync_id>/revert",
    **document("Revert a sync", _TAG, WRITE, SyncRevertShape, status=HTTPStatus.ACCEPTED),
)
def revert_sync(here: Here, sync_id: str) -> Answer:
    """Take back all that a sync brought, but what was changed since; the sync tells how far."""
    sync, revert = here.services.pairing.undo_sync.ask(here.owner, sync_id)
    shape = SyncRevertShape.of_sync(sync, revert)
    return answer(shape, HTTPStatus.ACCEPTED, location=f"/v1/syncs/{sync.id}")


def _shape(here: Call, sync: Sync) -> SyncShape:
    """Show a sync as it is now."""
    return SyncShape.of(sync, first_moment(sync, here.ports.ledger()))
