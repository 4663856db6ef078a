"""What operators do, and owners cannot: the gateway asks for the scope ``admin``."""

from typing import Annotated
from urllib.parse import unquote

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body

from functions.api.answers import Answer, answer
from functions.api.call import Here
from functions.api.documents import ADMIN, document
from functions.api.owner import owner_of
from functions.api.refusals import Unauthenticated
from functions.api.shapes.account import AccountShape, LicenceBody
from tidemark.errors import NotFound

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped


@router.put(
    "/v1/admin/accounts/<owner>/licence",
    **document("Set a licence", "admin", ADMIN, AccountShape),
)
def put_licence(here: Here, owner: str, wanted: Annotated[LicenceBody, Body()]) -> Answer:
    """Set what an owner, named by the subject of their tokens, is licensed for."""
    changed = here.services.owning.keep.license(_named(owner), wanted.licence)
    return answer(AccountShape.of(changed))


def _named(owner: str) -> str:
    """Give the owner that a path names. Raises NotFound: no token has such a subject."""
    try:
        return owner_of({"sub": unquote(owner)})
    except Unauthenticated:
        raise NotFound from None
