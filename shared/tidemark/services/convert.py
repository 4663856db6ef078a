"""Converting a manual integration into one with a source: what is in it stays as it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tidemark.domain.consents import Present
from tidemark.domain.integrations import ImportMode, Integration, IntegrationKind, Status
from tidemark.domain.ports import Clock, Integrations, Vault
from tidemark.domain.syncs import Mode, Sync, Trigger
from tidemark.errors import Conflict, FieldError, Invalid
from tidemark.services.check_credentials import CheckCredentials, Checked
from tidemark.services.edit_integrations import Changes, refuse_future
from tidemark.services.find import integration_of
from tidemark.services.last_transaction import LastTransaction
from tidemark.services.link_consent import LinkConsent
from tidemark.services.request_sync import SyncRequests
from tidemark.services.write_integration import edit


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a manual integration becomes. ``changes`` are made with it: those to its start date.

    ``return_to`` is where the owner of a bank comes back to, ``present`` who asks.
    """

    connector: str
    credentials: Mapping[str, object] = field(default_factory=dict, repr=False)
    import_mode: ImportMode = ImportMode.ALL
    changes: Changes = field(default_factory=Changes)
    start_sync: bool = True
    return_to: str = ""
    present: Present | None = None


@dataclass(frozen=True)
class Convert:
    """Gives manual integrations a source."""

    checking: CheckCredentials
    integrations: Integrations
    last: LastTransaction
    vault: Vault
    requests: SyncRequests
    clock: Clock
    linking: LinkConsent

    def convert(
        self, owner: str, integration_id: str, wanted: Conversion
    ) -> tuple[Integration, Sync | None]:
        """Check the source as for a new integration, add it, and start the first sync if wanted.

        That of a bank waits for its owner's consent. None in place of the sync also when the
        integration is paused or deactivated.

        Raises:
            NotFound, Invalid, SourceError: nothing was changed.
            Conflict: codes ``not_manual``, ``already_connected``; nothing was changed.
        """
        present = integration_of(self.integrations, owner, integration_id)
        _refuse_synced(present)
        refuse_future(wanted.changes.get("start_date"), self.clock.now())
        checked = self._checked(present, wanted)
        self._write(present, self._synced(present, wanted, checked))
        outcome = checked.outcome(Status.INITIALIZING, self.clock.now())
        if checked.facts.by_consent:
            outcome |= {"status": Status.WAITING_FOR_USER, "status_reason": "consent"}
        self.integrations.note_outcome(present.key, outcome)
        converted = integration_of(self.integrations, owner, integration_id)
        return converted, self._first_sync(converted, wanted)

    def _first_sync(self, converted: Integration, wanted: Conversion) -> Sync | None:
        """Start the first sync, if it is wanted and can be."""
        if not wanted.start_sync or converted.paused or converted.deactivated:
            return None
        if converted.pending is not None:
            return self.requests.await_consent(converted.key, converted.pending, wanted.present)
        owner, ids = converted.key.owner, [converted.id]
        return self.requests.request(owner, ids, Mode.INCREMENTAL, trigger=Trigger.CONNECT)[0]

    def _checked(self, present: Integration, wanted: Conversion) -> Checked:
        """Check the credentials of a source that there can be."""
        owner = present.key.owner
        checked = self.checking.check(owner, wanted.connector, wanted.credentials)
        if checked.manual:
            error = FieldError("/connector", "This must be an exchange, a wallet or a bank.")
            raise Invalid("The request is not valid.", [error])
        return checked

    def _synced(self, present: Integration, wanted: Conversion, checked: Checked) -> Integration:
        """Give the integration as it is with its source."""
        later = wanted.import_mode is ImportMode.SINCE_LAST_TRANSACTION
        converted = replace(
            present,
            connector=wanted.connector,
            kind=checked.facts.kind,
            import_mode=wanted.import_mode,
            import_since=self.last.of(present.key) if later else None,
            sealed_hint=checked.hint,
        )
        converted = replace(converted, **wanted.changes)
        if checked.facts.by_consent:
            asked = replace(converted, extra=checked.credentials)
            return self.linking.asked(asked, wanted.return_to)
        return replace(converted, sealed=self.vault.seal(present.key, checked.credentials))

    def _write(self, present: Integration, converted: Integration) -> None:
        """Keep the source, unless another integration got the same in this moment."""
        edit(self.integrations, present.key, lambda old: _with_source(old, converted))
        owner, hint = present.key.owner, converted.sealed_hint
        try:
            self.checking.refuse_twice(owner, hint, present.id)
        except Conflict:
            edit(self.integrations, present.key, lambda old: _source_of(present, old))
            raise


def _refuse_synced(integration: Integration) -> None:
    """Refuse to convert what has a source."""
    if integration.kind is not IntegrationKind.MANUAL:
        raise Conflict("Only a manual integration can be converted.", "not_manual")


def _with_source(old: Integration, converted: Integration) -> Integration:
    """Give a manual integration its source; nobody else may have done so in the meantime."""
    _refuse_synced(old)
    return _source_of(converted, old)


def _source_of(one: Integration, other: Integration) -> Integration:
    """Give the ``other`` integration with the source of ``one``."""
    return replace(
        other,
        connector=one.connector,
        kind=one.kind,
        start_date=one.start_date,
        import_mode=one.import_mode,
        import_since=one.import_since,
        sealed=one.sealed,
        sealed_hint=one.sealed_hint,
        extra=one.extra,
        pending=one.pending,
    )
