"""Integrations over the wire."""

from typing import Annotated, Self

from pydantic import Field, StrictBool

from functions.api.shapes.fields import Json, Moment, Name, Shape, has_no_default
from functions.api.shapes.queries import GroupName, PageQuery
from functions.api.shapes.times import GivenTime
from tidemark.domain.integrations import DeletedPolicy, ImportMode, IntegrationKind, Status
from tidemark.services.check_credentials import Checked
from tidemark.services.read_integrations import IntegrationView, Span, StreamSpans

ConnectorName = Annotated[str, Field(min_length=1, max_length=64)]

Credentials = Annotated[dict[str, Json], Field(repr=False, json_schema_extra={"writeOnly": True})]
"""What is never given back: see the connector's `credentials_schema`."""


class NewIntegrationBody(Shape):
    """What to connect. Credentials are write-only: see the connector's `credentials_schema`."""

    connector: ConnectorName
    name: Name
    credentials: Annotated[Credentials, Field(default_factory=dict)]
    start_date: GivenTime | None = None
    import_mode: ImportMode = ImportMode.ALL
    deleted: DeletedPolicy = DeletedPolicy.STAY_DELETED
    group: Name | None = None
    start_sync: StrictBool = True
    dry_run: StrictBool = False


class IntegrationChanges(Shape):
    """What to change; a field that is not given stays."""

    name: Annotated[Name, Field(json_schema_extra=has_no_default)] = ""
    group: Annotated[Name | None, Field(json_schema_extra=has_no_default)] = None
    start_date: Annotated[GivenTime | None, Field(json_schema_extra=has_no_default)] = None
    deleted: Annotated[DeletedPolicy, Field(json_schema_extra=has_no_default)] = (
        DeletedPolicy.STAY_DELETED
    )


class CredentialsBody(Shape):
    """Other credentials, write-only: see the connector's `credentials_schema`."""

    credentials: Credentials


class ReconnectBody(Shape):
    """Other credentials, write-only; a bank needs none: its owner consents at `consent_url`."""

    credentials: Annotated[
        dict[str, Json] | None, Field(repr=False, json_schema_extra={"writeOnly": True})
    ] = None


class ConversionBody(Shape):
    """The source that a manual integration gets; a start date that is not given stays."""

    connector: ConnectorName
    credentials: Credentials
    import_mode: ImportMode = ImportMode.ALL
    start_date: Annotated[GivenTime | None, Field(json_schema_extra=has_no_default)] = None
    start_sync: StrictBool = True


class GroupQuery(PageQuery):
    """Which part of a list, of one group if it is named."""

    group: GroupName | None = None


class IntegrationCounts(Shape):
    """How many records wait beside the ledger, and how many issues are open."""

    unread: int
    pending: int
    open_issues: int


class IntegrationShape(Shape):
    """A connection to a source. It never holds credentials."""

    id: str
    connector: str
    kind: IntegrationKind
    name: str
    group: str | None
    start_date: Moment | None
    import_mode: ImportMode
    import_since: Moment | None
    deleted: DeletedPolicy
    status: Status
    status_reason: str | None
    key_rights: str
    history_from: Moment | None
    created_at: Moment
    last_attempt_at: Moment | None
    last_success_at: Moment | None
    retry_at: Moment | None
    complete_until: Moment | None
    next_sync_at: Moment | None
    next_sync_reason: str
    consent_url: str | None
    consent_expires_at: Moment | None
    counts: IntegrationCounts

    @classmethod
    def of(cls, view: IntegrationView) -> Self:
        """Show an integration."""
        kept = view.integration
        return cls(
            id=kept.id,
            connector=kept.connector,
            kind=kept.kind,
            name=kept.name,
            group=kept.group,
            start_date=kept.start_date,
            import_mode=kept.import_mode,
            import_since=kept.import_since,
            deleted=kept.deleted,
            status=view.status,
            status_reason=view.status_reason,
            key_rights=kept.key_rights,
            history_from=kept.history_from,
            created_at=kept.created_at,
            last_attempt_at=kept.last_attempt_at,
            last_success_at=kept.last_success_at,
            retry_at=kept.retry_at,
            complete_until=view.complete_until,
            next_sync_at=view.next_sync.at,
            next_sync_reason=view.next_sync.reason,
            consent_url=view.consent_url,
            consent_expires_at=kept.consent_expires_at,
            counts=IntegrationCounts(
                unread=view.unread, pending=view.pending, open_issues=view.open_issues
            ),
        )


class NewIntegrationShape(IntegrationShape):
    """An integration that was just created; `first_sync` is null when none was started."""

    first_sync: str | None = None

    @classmethod
    def created(cls, view: IntegrationView, first_sync: str | None) -> Self:
        """Show a new integration with its first sync."""
        return cls.of(view).model_copy(update={"first_sync": first_sync})


class CheckedShape(Shape):
    """What a dry run found out; nothing was stored."""

    valid: bool
    connector: str
    kind: IntegrationKind
    key_rights: str
    history_from: Moment | None

    @classmethod
    def of(cls, checked: Checked) -> Self:
        """Show what was found out."""
        return cls(
            valid=True,
            connector=checked.facts.name,
            kind=checked.facts.kind,
            key_rights=checked.key_rights,
            history_from=checked.rights.history_from,
        )


class DeletedIntegrationShape(Shape):
    """An integration that is being deleted; `done` tells whether all of it is gone."""

    id: str
    keep_transactions: bool
    done: bool


class IntegrationList(Shape):
    """Integrations, in the order of their ids."""

    data: list[IntegrationShape]
    has_more: bool
    next_cursor: str | None


class SpanShape(Shape):
    """A span of time and its state: complete, missing, or unavailable at the source.

    `from` null means from the beginning.
    """

    from_: Annotated[Moment | None, Field(alias="from")]
    to: Moment
    state: str

    @classmethod
    def of(cls, span: Span) -> Self:
        """Show a span."""
        return cls(from_=span.since, to=span.until, state=span.state)


class StreamShape(Shape):
    """The coverage of one stream.

    `stream:account` is an account that a bank's consent lacks: nothing is read of it any more.
    """

    stream: str
    complete_until: Moment | None
    intervals: list[SpanShape]

    @classmethod
    def of(cls, stream: StreamSpans) -> Self:
        """Show a stream."""
        return cls(
            stream=stream.stream,
            complete_until=stream.complete_until,
            intervals=[SpanShape.of(each) for each in stream.spans],
        )


class CoverageList(Shape):
    """The coverage of all streams of an integration."""

    data: list[StreamShape]
    has_more: bool
    next_cursor: str | None
