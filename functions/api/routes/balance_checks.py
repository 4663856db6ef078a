"""Balance checks: sources are asked now, and what differs is looked into."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body

from functions.api.answers import Answer, answer
from functions.api.call import Here
from functions.api.documents import READ, WRITE, document
from functions.api.shapes.balance_checks import BalanceCheckShape, NewBalanceCheck

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped
_TAG = "balances"


@router.post(
    "/v1/balance_checks",
    **document("Check balances", _TAG, WRITE, BalanceCheckShape, status=HTTPStatus.ACCEPTED),
)
def create_balance_check(here: Here, wanted: Annotated[NewBalanceCheck, Body()]) -> Answer:
    """Have sources asked for their balances; a sync that runs there answers it at its end."""
    view = here.services.balancing.checks.request(here.owner, wanted.integrations, here.present)
    location = f"/v1/balance_checks/{view.check.id}"
    return answer(BalanceCheckShape.of(view), HTTPStatus.ACCEPTED, location=location)


@router.get(
    "/v1/balance_checks/<check_id>",
    **document("Get a balance check", _TAG, READ, BalanceCheckShape),
)
def get_balance_check(here: Here, check_id: str) -> Answer:
    """Give what a check has found so far."""
    return answer(BalanceCheckShape.of(here.services.balancing.checks.read(here.owner, check_id)))
