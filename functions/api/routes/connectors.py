"""What can be connected. No token is needed."""

from aws_lambda_powertools.event_handler.api_gateway import Router

from functions.api.answers import Answer, answer
from functions.api.call import Here
from functions.api.documents import document
from functions.api.shapes.connectors import ConnectorList, ConnectorShape

router = Router()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped


@router.get("/v1/connectors", **document("List connectors", "connectors", None, ConnectorList))
def list_connectors(here: Here) -> Answer:
    """Give all connectors, in the order of their names."""
    connectors = here.ports.connectors()
    found = [ConnectorShape.of(connectors.get(name)) for name in connectors.names()]
    return answer(ConnectorList(data=found, has_more=False, next_cursor=None))


@router.get(
    "/v1/connectors/<name>", **document("Get a connector", "connectors", None, ConnectorShape)
)
def get_connector(here: Here, name: str) -> Answer:
    """Give one connector."""
    return answer(ConnectorShape.of(here.ports.connectors().get(name)))
