"""Webhook endpoints over the wire."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, StrictBool

from functions.api.shapes.fields import Moment, Name, Shape, has_no_default
from tidemark.domain.events import EVERYTHING, is_pattern
from tidemark.domain.webhooks import DisabledReason, Endpoint
from tidemark.services.keep_endpoints import EndpointChanges


def _known(text: str) -> str:
    """Refuse what no event is called. Raises ValueError."""
    if not is_pattern(text):
        raise ValueError("there is no such type of event")
    return text


Url = Annotated[str, Field(min_length=1, max_length=2048)]
EventType = Annotated[str, Field(max_length=100), AfterValidator(_known)]
EventTypes = Annotated[
    list[EventType],
    Field(
        min_length=1,
        max_length=50,
        description="Types, as events name them; all that begin so (`sync.*`); or all (`*`).",
    ),
]


class NewEndpoint(Shape):
    """Where to be told: an https URL on the public internet, port 443."""

    url: Url
    event_types: EventTypes = Field(default_factory=lambda: [EVERYTHING])
    description: Name | None = None
    enabled: StrictBool = True

    @property
    def facts(self) -> EndpointChanges:
        """Give what is to be kept."""
        return EndpointChanges(
            url=self.url,
            event_types=tuple(self.event_types),
            description=self.description,
            enabled=self.enabled,
        )


class EndpointBody(Shape):
    """What to change; a field that is not given stays."""

    url: Annotated[Url, Field(json_schema_extra=has_no_default)] = ""
    event_types: EventTypes = Field(default_factory=list)
    description: Name | None = None
    enabled: Annotated[StrictBool, Field(json_schema_extra=has_no_default)] = True

    @property
    def changes(self) -> EndpointChanges:
        """Give what is to be changed."""
        given: EndpointChanges = {}
        if "url" in self.model_fields_set:
            given["url"] = self.url
        if "event_types" in self.model_fields_set:
            given["event_types"] = tuple(self.event_types)
        if "description" in self.model_fields_set:
            given["description"] = self.description
        if "enabled" in self.model_fields_set:
            given["enabled"] = self.enabled
        return given


class EndpointShape(Shape):
    """An endpoint. `previous_secret_until`: until then each delivery has two signatures."""

    id: str
    url: str
    event_types: list[str]
    description: str | None
    enabled: bool
    disabled_reason: DisabledReason | None
    created_at: Moment
    rotated_at: Moment | None
    previous_secret_until: Moment | None
    failing_since: Moment | None

    @classmethod
    def of(cls, endpoint: Endpoint) -> Self:
        """Show an endpoint."""
        return cls(**_facts(endpoint))


class EndpointWithSecret(EndpointShape):
    """An endpoint and its secret, which is told this once.

    It is null where the same request was made before, by its Idempotency-Key: no secret is kept to
    be told again; a new one can be had by rotating it.
    """

    secret: str | None

    @classmethod
    def told(cls, endpoint: Endpoint, secret: str | None) -> Self:
        """Show an endpoint with its secret."""
        return cls(**_facts(endpoint), secret=secret)


class EndpointList(Shape):
    """Endpoints, oldest first."""

    data: list[EndpointShape]
    has_more: bool
    next_cursor: str | None


def _facts(endpoint: Endpoint) -> dict[str, Any]:
    """Give what is shown of an endpoint."""
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "event_types": list(endpoint.event_types),
        "description": endpoint.description,
        "enabled": endpoint.enabled,
        "disabled_reason": endpoint.disabled_reason,
        "created_at": endpoint.created_at,
        "rotated_at": endpoint.rotated_at,
        "previous_secret_until": endpoint.previous_until,
        "failing_since": endpoint.failing_since,
    }
