"""The owner's account."""

from typing import Annotated, cast

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body

from functions.api.answers import Answer, answer
from functions.api.call import Here
from functions.api.documents import READ, WRITE, document
from functions.api.shapes.account import AccountChanges, AccountShape
from tidemark.services.keep_account import Preferences

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped
_TAG = "account"


@router.get("/v1/account", **document("Show the account", _TAG, READ, AccountShape))
def get_account(here: Here) -> Answer:
    """Give what the owner is licensed for, and what they count in."""
    return answer(AccountShape.of(here.ports.accounts().get(here.owner)))


@router.patch("/v1/account", **document("Change the account", _TAG, WRITE, AccountShape))
def change_account(here: Here, wanted: Annotated[AccountChanges, Body()]) -> Answer:
    """Change what the owner counts in."""
    given = {name: getattr(wanted, name) for name in wanted.model_fields_set}
    changed = here.services.owning.keep.prefer(here.owner, cast("Preferences", given))
    if "quote_currency" in given:
        here.services.valuing.changed_currency(here.owner)
    return answer(AccountShape.of(changed))
