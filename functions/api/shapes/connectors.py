"""Connectors over the wire."""

from typing import Self

from functions.api.shapes.fields import Json, Shape
from tidemark.domain.integrations import IntegrationKind
from tidemark.domain.pages import RateBudget
from tidemark.domain.ports import ConnectorFacts


class ImportScopeShape(Shape):
    """What a connector reads, what it cannot read, and how far back."""

    streams: list[str]
    reads: list[str]
    misses: list[str]
    since: str
    notes: list[str]


class RateBudgetShape(Shape):
    """The source's own limit: so many points, of which so many come back per second."""

    capacity: float
    per_second: float
    unit: str

    @classmethod
    def of(cls, budget: RateBudget) -> Self:
        """Show a budget."""
        return cls(capacity=budget.capacity, per_second=budget.per_second, unit=budget.unit)


class ConnectorShape(Shape):
    """A kind of source that can be connected."""

    name: str
    title: str
    kind: IntegrationKind
    credentials_schema: dict[str, Json]
    needed_rights: list[str]
    forbidden_rights: list[str]
    import_scope: ImportScopeShape
    overlap_seconds: int
    rate_budget: RateBudgetShape | None

    @classmethod
    def of(cls, facts: ConnectorFacts) -> Self:
        """Show a connector."""
        scope = facts.scope
        return cls(
            name=facts.name,
            title=facts.title,
            kind=facts.kind,
            credentials_schema=facts.credentials_schema(),
            needed_rights=list(facts.needed_rights),
            forbidden_rights=list(facts.forbidden_rights),
            import_scope=ImportScopeShape(
                streams=list(facts.streams),
                reads=list(scope.reads),
                misses=list(scope.misses),
                since=scope.since,
                notes=list(scope.notes),
            ),
            overlap_seconds=int(facts.overlap.total_seconds()),
            rate_budget=RateBudgetShape.of(facts.budget) if facts.budget else None,
        )


class ConnectorList(Shape):
    """All connectors."""

    data: list[ConnectorShape]
    has_more: bool
    next_cursor: str | None
