"""What can be connected. No token is needed."""

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.answers import Answer, answer
from functions.api.call import Here
from functions.api.documents import document
from functions.api.shapes.connectors import ConnectorList, ConnectorShape
from functions.api.shapes.queries import PageQuery
from functions.api.short_lists import part

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped


@router.get("/v1/connectors", **document("List connectors", "connectors", None, ConnectorList))
def list_connectors(here: Here, asked: Annotated[PageQuery, Query()]) -> Answer:
    """Give the connectors, in the order of their names."""
    connectors = here.ports.connectors()
    names, following = part(here, ["connectors"], sorted(connectors.names()), str, asked)
    data = [ConnectorShape.of(connectors.get(name)) for name in names]
    return answer(ConnectorList(data=data, has_more=following is not None, next_cursor=following))


@router.get(
    "/v1/connectors/<name>", **document("Get a connector", "connectors", None, ConnectorShape)
)
def get_connector(here: Here, name: str) -> Answer:
    """Give one connector."""
    return answer(ConnectorShape.of(here.ports.connectors().get(name)))
