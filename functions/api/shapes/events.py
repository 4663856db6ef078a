"""Events over the wire."""

from typing import Annotated, Self

from pydantic import Field

from functions.api.shapes.fields import Json, Moment, Shape
from functions.api.shapes.queries import IntegrationPageQuery
from tidemark.domain.events import TYPES, Event
from tidemark.domain.webhooks import Attempt, Delivery, DeliveryState, Failure
from tidemark.services.read_events import EventView

_TYPES = ", ".join(f"`{each}`" for each in sorted(TYPES))


class EventQuery(IntegrationPageQuery):
    """Which events: of a type, or of all that begin so (`sync.*`)."""

    type: Annotated[str | None, Field(max_length=100)] = None


class EventShape(Shape):
    """Something that happened: ids, states and counts."""

    id: str
    type: Annotated[str, Field(description=f"There may be more in time: {_TYPES}.")]
    occurred_at: Moment
    data: dict[str, Json]

    @classmethod
    def of(cls, event: Event) -> Self:
        """Show an event."""
        return cls(
            id=event.id, type=event.type, occurred_at=event.occurred_at, data=dict(event.data)
        )


class EventList(Shape):
    """Events of the last 30 days, newest first."""

    data: list[EventShape]
    has_more: bool
    next_cursor: str | None


class AttemptShape(Shape):
    """One attempt: the receiver's HTTP status, or why there is none. Its answer is not kept."""

    at: Moment
    status: int | None
    error: Failure | None

    @classmethod
    def of(cls, attempt: Attempt) -> Self:
        """Show an attempt."""
        return cls(at=attempt.at, status=attempt.status, error=attempt.failure)


class DeliveryShape(Shape):
    """How an event is delivered to one endpoint; `next_attempt_at` while it is pending."""

    endpoint: str
    state: DeliveryState
    next_attempt_at: Moment | None
    attempts: list[AttemptShape]

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        """Show a delivery."""
        pending = delivery.state is DeliveryState.PENDING
        return cls(
            endpoint=delivery.endpoint_id,
            state=delivery.state,
            next_attempt_at=delivery.next_at if pending else None,
            attempts=[AttemptShape.of(each) for each in delivery.attempts],
        )


class DeliveredEventShape(EventShape):
    """An event with its deliveries."""

    deliveries: list[DeliveryShape]

    @classmethod
    def of_view(cls, view: EventView) -> Self:
        """Show an event and how it was delivered."""
        plain = EventShape.of(view.event)
        return cls(
            id=plain.id,
            type=plain.type,
            occurred_at=plain.occurred_at,
            data=plain.data,
            deliveries=[DeliveryShape.of(each) for each in view.deliveries],
        )


class Redelivery(Shape):
    """Where to deliver an event again."""

    endpoint: Annotated[str, Field(max_length=200)]
