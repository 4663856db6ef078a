"""Connecting a source: nothing is stored that was not checked at the source first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tidemark.domain.consents import Present
from tidemark.domain.ids import new_id
from tidemark.domain.integrations import (
    DeletedPolicy,
    ImportMode,
    Integration,
    IntegrationKey,
    Status,
)
from tidemark.domain.ports import Clock, Integrations, Vault
from tidemark.domain.syncs import Mode, Sync, Trigger
from tidemark.errors import Conflict
from tidemark.services.check_credentials import CheckCredentials, Checked
from tidemark.services.edit_integrations import refuse_future
from tidemark.services.last_transaction import LastTransaction
from tidemark.services.link_consent import LinkConsent
from tidemark.services.request_sync import SyncRequests


@dataclass(frozen=True, slots=True)
class NewIntegration:
    """What an owner wants to connect. ``start_date`` None means the complete history.

    ``return_to`` is where the owner of a bank comes back to, ``present`` who asks.
    """

    owner: str
    connector: str
    name: str
    credentials: Mapping[str, object] = field(default_factory=dict, repr=False)
    start_date: datetime | None = None
    import_mode: ImportMode = ImportMode.ALL
    deleted: DeletedPolicy = DeletedPolicy.STAY_DELETED
    group: str | None = None
    start_sync: bool = True
    return_to: str = ""
    present: Present | None = None


@dataclass(frozen=True)
class Connect:
    """Creates integrations."""

    checking: CheckCredentials
    integrations: Integrations
    last: LastTransaction
    vault: Vault
    requests: SyncRequests
    clock: Clock
    linking: LinkConsent

    def check(self, wanted: NewIntegration) -> Checked:
        """Check all there is to check, and store nothing.

        Raises:
            Invalid: the form is wrong, or there is no such connector.
            Conflict: code ``already_connected``.
            SourceError: the source refuses the credentials, or does not answer.
        """
        checked = self._checked(wanted)
        return self.checking.at_source(checked) if checked.facts.by_consent else checked

    def create(self, wanted: NewIntegration) -> tuple[Integration, Sync | None]:
        """Check and store an integration, and start its first sync if wanted.

        Raises:
            Refused, SourceError: as ``check`` does; nothing is stored then.
        """
        checked = self._checked(wanted)
        integration = self._sealed(wanted, checked)
        if checked.facts.by_consent:
            integration = self.linking.asked(integration, wanted.return_to)
        self.integrations.add(integration)
        self._refuse_race(integration)
        if not wanted.start_sync or checked.manual:
            return integration, None
        if integration.pending is not None:
            pending, present = integration.pending, wanted.present
            return integration, self.requests.await_consent(integration.key, pending, present)
        ids = [integration.id]
        first = self.requests.request(wanted.owner, ids, Mode.INCREMENTAL, trigger=Trigger.CONNECT)
        return integration, first[0]

    def _checked(self, wanted: NewIntegration) -> Checked:
        """Check as ``check`` does, but for whether there is a bank: who links it will see."""
        refuse_future(wanted.start_date, self.clock.now())
        return self.checking.check(wanted.owner, wanted.connector, wanted.credentials)

    def _sealed(self, wanted: NewIntegration, checked: Checked) -> Integration:
        """Make the integration, its credentials encrypted for it alone."""
        now = self.clock.now()
        key = IntegrationKey(wanted.owner, new_id("intg", now))
        later = wanted.import_mode is ImportMode.SINCE_LAST_TRANSACTION and not checked.manual
        return Integration(
            key=key,
            connector=wanted.connector,
            kind=checked.facts.kind,
            name=wanted.name,
            created_at=now,
            group=wanted.group,
            start_date=wanted.start_date,
            import_mode=wanted.import_mode,
            import_since=self.last.from_files(wanted.owner) if later else None,
            deleted=wanted.deleted,
            status=_first_status(checked),
            status_reason="consent" if checked.facts.by_consent else None,
            key_rights=checked.key_rights,
            history_from=checked.rights.history_from,
            sealed=None if checked.keyless else self.vault.seal(key, checked.credentials),
            sealed_hint=checked.hint,
            extra=checked.credentials if checked.facts.by_consent else {},
        )

    def _refuse_race(self, integration: Integration) -> None:
        """Take the integration back if the same credential was connected at the same time."""
        owner, hint = integration.key.owner, integration.sealed_hint
        try:
            self.checking.refuse_twice(owner, hint, integration.id)
        except Conflict:
            self.integrations.remove(integration.key)
            raise


def _first_status(checked: Checked) -> Status:
    """Say how an integration is doing that was just made."""
    if checked.facts.by_consent:
        return Status.WAITING_FOR_USER
    return Status.HEALTHY if checked.manual else Status.INITIALIZING
