"""The period lock: what an owner has closed stays as it is."""

from datetime import timedelta
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from functions.api.answers import Answer, answer
from functions.api.call import Here
from functions.api.documents import READ, WRITE, document
from functions.api.shapes.period_lock import MovedLockShape, PeriodLockBody, PeriodLockShape

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped
_TAG = "period lock"
_AT_WORK = timedelta(seconds=25)
"""How long a request waits for others and reads what is locked: less than it may run."""


@router.get("/v1/period_lock", **document("Show the period lock", _TAG, READ, PeriodLockShape))
def get_period_lock(
    here: Here,
    verify: Annotated[bool, Query()] = False,  # noqa: FBT002 - a query parameter
) -> Answer:
    """Give the lock; asked to verify, read all that is locked and compare it with the seals."""
    intact = None
    if verify:
        deadline = here.ports.clock().now() + _AT_WORK
        intact = here.services.locking.seals.intact(here.owner, deadline)
    lock = here.ports.accounts().get(here.owner).lock
    return answer(PeriodLockShape.of(lock, intact=intact))


@router.put("/v1/period_lock", **document("Lock a period", _TAG, WRITE, MovedLockShape))
def put_period_lock(here: Here, wanted: Annotated[PeriodLockBody, Body()]) -> Answer:
    """Lock everything before a moment, forward or backward of what is locked now; null unlocks."""
    locking, zone = here.services.locking.lock, wanted.zone or here.zone
    until = wanted.moment(zone)
    if until is None:
        return answer(MovedLockShape.of(locking.unlock(here.owner)))
    deadline = here.ports.clock().now() + _AT_WORK
    return answer(MovedLockShape.of(locking.lock(here.owner, until, zone, deadline)))
