"""Connecting a source: nothing is stored that was not checked at the source first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tidemark.domain.ids import new_id
from tidemark.domain.integrations import (
    DeletedPolicy,
    ImportMode,
    Integration,
    IntegrationKey,
    IntegrationKind,
    Status,
)
from tidemark.domain.pages import KeyRights
from tidemark.domain.ports import Clock, ConnectorFacts, Connectors, Integrations, Vault
from tidemark.domain.syncs import Mode, Sync, Trigger
from tidemark.errors import (
    Conflict,
    FieldError,
    Invalid,
    MissingPermission,
    NotFound,
    TooManyRights,
)
from tidemark.services.request_sync import SyncRequests


@dataclass(frozen=True, slots=True)
class NewIntegration:
    """What an owner wants to connect. ``start_date`` None means the complete history."""

    owner: str
    connector: str
    name: str
    credentials: Mapping[str, object] = field(default_factory=dict, repr=False)
    start_date: datetime | None = None
    import_mode: ImportMode = ImportMode.ALL
    deleted: DeletedPolicy = DeletedPolicy.STAY_DELETED
    group: str | None = None
    start_sync: bool = True


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found out about credentials, offline and at the source."""

    facts: ConnectorFacts
    rights: KeyRights
    credentials: Mapping[str, str] = field(repr=False)

    @property
    def manual(self) -> bool:
        """Tell whether there is no source."""
        return self.facts.kind is IntegrationKind.MANUAL

    @property
    def hint(self) -> str | None:
        """Give what the same credential is recognised by."""
        return None if self.manual else self.facts.identity(self.credentials)

    @property
    def key_rights(self) -> str:
        """Say in a word what the key may do, as far as the source tells."""
        return "read_only" if self.rights.read_only else "unknown"


@dataclass(frozen=True)
class Connect:
    """Creates integrations."""

    connectors: Connectors
    integrations: Integrations
    vault: Vault
    requests: SyncRequests
    clock: Clock

    def check(self, wanted: NewIntegration) -> Checked:
        """Check all there is to check, and store nothing.

        Raises:
            Invalid: the form is wrong, or there is no such connector.
            Conflict: code ``already_connected``.
            SourceError: the source refuses the credentials, or does not answer.
        """
        if wanted.start_date is not None and wanted.start_date > self.clock.now():
            raise _invalid("/start_date", "This lies in the future.")
        facts = self._facts(wanted.connector)
        credentials = facts.check(wanted.credentials)
        unasked = Checked(facts, KeyRights(read_only=None), credentials)
        if unasked.manual:
            return unasked
        self._refuse_twice(wanted.owner, unasked.hint)
        return Checked(facts, rights_at_source(facts, credentials), credentials)

    def create(self, wanted: NewIntegration) -> tuple[Integration, Sync | None]:
        """Check and store an integration, and start its first sync if wanted.

        Raises:
            Refused, SourceError: as ``check`` does; nothing is stored then.
        """
        integration = self._sealed(wanted, self.check(wanted))
        self.integrations.add(integration)
        self._refuse_race(integration)
        if not wanted.start_sync or integration.kind is IntegrationKind.MANUAL:
            return integration, None
        ids = [integration.id]
        first = self.requests.request(wanted.owner, ids, Mode.INCREMENTAL, trigger=Trigger.CONNECT)
        return integration, first[0]

    def _facts(self, name: str) -> ConnectorFacts:
        """Give what is known of a connector."""
        try:
            return self.connectors.get(name)
        except NotFound:
            raise _invalid("/connector", "There is no such connector.") from None

    def _sealed(self, wanted: NewIntegration, checked: Checked) -> Integration:
        """Make the integration, its credentials encrypted for it alone."""
        now = self.clock.now()
        key = IntegrationKey(wanted.owner, new_id("intg", now))
        return Integration(
            key=key,
            connector=wanted.connector,
            kind=checked.facts.kind,
            name=wanted.name,
            created_at=now,
            group=wanted.group,
            start_date=wanted.start_date,
            import_mode=wanted.import_mode,
            deleted=wanted.deleted,
            status=Status.HEALTHY if checked.manual else Status.INITIALIZING,
            key_rights=checked.key_rights,
            history_from=checked.rights.history_from,
            sealed=None if checked.manual else self.vault.seal(key, checked.credentials),
            sealed_hint=checked.hint,
        )

    def _refuse_twice(self, owner: str, hint: str | None, but: str = "") -> None:
        """Refuse a credential that another integration of the owner has."""
        for each in self.integrations.of_owner(owner):
            if each.sealed_hint == hint and each.id != but and not each.deleting:
                raise Conflict("This account is connected already.", "already_connected")

    def _refuse_race(self, integration: Integration) -> None:
        """Take the integration back if the same credential was connected at the same time."""
        if integration.sealed_hint is None:
            return
        try:
            self._refuse_twice(integration.key.owner, integration.sealed_hint, integration.id)
        except Conflict:
            self.integrations.remove(integration.key)
            raise


def rights_at_source(facts: ConnectorFacts, credentials: Mapping[str, str]) -> KeyRights:
    """Ask the source what a key may do; reading, and nothing else, is accepted.

    Raises:
        SourceError: the key is not accepted, lacks rights or has too many, or nobody answers.
    """
    with facts.open(credentials) as source:
        rights = source.rights()
    if rights.missing:
        raise MissingPermission("The key lacks rights that reading needs.", rights.missing)
    if rights.excess or rights.read_only is False:
        excess = rights.excess or facts.forbidden_rights
        raise TooManyRights("The key may do more than read: take these rights away.", excess)
    return rights


def _invalid(pointer: str, detail: str) -> Invalid:
    """Point at one field."""
    return Invalid("The request is not valid.", [FieldError(pointer, detail)])
