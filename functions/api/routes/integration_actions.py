"""What may be done with an integration: pause, deactivate, other credentials, convert."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body

from functions.api.answers import Answer, answer
from functions.api.call import Call, Here
from functions.api.documents import WRITE, document
from functions.api.shapes.integrations import (
    ConversionBody,
    CredentialsBody,
    IntegrationShape,
    NewIntegrationShape,
    ReconnectBody,
)
from functions.api.times import moment_of
from tidemark.domain.integrations import Integration
from tidemark.services.convert import Conversion
from tidemark.services.edit_integrations import Changes

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped
_TAG = "integrations"
CALLBACK = "/v1/consents/callback"
"""Where banks send owners back to."""


@router.post(
    "/v1/integrations/<integration_id>/pause",
    **document("Pause an integration", _TAG, WRITE, IntegrationShape),
)
def pause_integration(here: Here, integration_id: str) -> Answer:
    """Sync no more until resumed."""
    return shown(here, here.services.edit_integrations.pause(here.owner, integration_id))


@router.post(
    "/v1/integrations/<integration_id>/resume",
    **document("Resume an integration", _TAG, WRITE, IntegrationShape),
)
def resume_integration(here: Here, integration_id: str) -> Answer:
    """Allow syncs again."""
    return shown(here, here.services.edit_integrations.resume(here.owner, integration_id))


@router.post(
    "/v1/integrations/<integration_id>/deactivate",
    **document("Take an integration out of balances", _TAG, WRITE, IntegrationShape),
)
def deactivate_integration(here: Here, integration_id: str) -> Answer:
    """Leave it out of balances and reports, and sync no more, until reactivated."""
    return shown(here, here.services.edit_integrations.deactivate(here.owner, integration_id))


@router.post(
    "/v1/integrations/<integration_id>/reactivate",
    **document("Put an integration back into balances", _TAG, WRITE, IntegrationShape),
)
def reactivate_integration(here: Here, integration_id: str) -> Answer:
    """Have it count again, just as before."""
    return shown(here, here.services.edit_integrations.reactivate(here.owner, integration_id))


@router.post(
    "/v1/integrations/<integration_id>/credentials",
    **document("Replace credentials", _TAG, WRITE, IntegrationShape),
)
def replace_credentials(
    here: Here, integration_id: str, wanted: Annotated[CredentialsBody, Body()]
) -> Answer:
    """Check credentials at their source, and use them in place of the old ones."""
    rotate = here.services.connecting.rotate.rotate
    return shown(here, rotate(here.owner, integration_id, wanted.credentials))


@router.post(
    "/v1/integrations/<integration_id>/reconnect",
    **document("Reconnect an integration", _TAG, WRITE, IntegrationShape),
)
def reconnect_integration(
    here: Here, integration_id: str, wanted: Annotated[ReconnectBody | None, Body()] = None
) -> Answer:
    """Connect it again in place; all that is in it stays. Of a bank, `consent_url` says where."""
    credentials = wanted.credentials if wanted else None
    reconnect = here.services.linking.reconnect.reconnect
    back = here.url_of(CALLBACK)
    return shown(here, reconnect(here.owner, integration_id, credentials, back))


@router.post(
    "/v1/integrations/<integration_id>/convert",
    **document("Give a manual integration a source", _TAG, WRITE, NewIntegrationShape),
)
def convert_integration(
    here: Here, integration_id: str, wanted: Annotated[ConversionBody, Body()]
) -> Answer:
    """Check credentials at their source, and sync from there; its transactions stay manual."""
    start = moment_of(here, wanted.start_date, "/start_date")
    given = "start_date" in wanted.model_fields_set
    conversion = Conversion(
        connector=wanted.connector,
        credentials=wanted.credentials,
        import_mode=wanted.import_mode,
        changes=Changes(start_date=start) if given else Changes(),
        start_sync=wanted.start_sync,
        return_to=here.url_of(CALLBACK),
        present=here.present,
    )
    convert = here.services.connecting.convert
    converted, first = convert.convert(here.owner, integration_id, conversion)
    view = here.services.read_integrations.views(here.owner, [converted])[0]
    shape = NewIntegrationShape.created(view, first.id if first else None)
    return answer(shape, etag=str(converted.version))


def shown(here: Call, changed: Integration) -> Answer:
    """Answer with an integration as it is now."""
    view = here.services.read_integrations.views(here.owner, [changed])[0]
    return answer(IntegrationShape.of(view), etag=str(changed.version))
