"""Giving an integration other credentials: its ids, its transactions and their edits stay."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tidemark.domain.integrations import Integration, IntegrationKind, Status
from tidemark.domain.ports import CoverageStore, Integrations, Issues, Vault
from tidemark.errors import Conflict
from tidemark.services.check_credentials import CheckCredentials, Checked
from tidemark.services.find import integration_of
from tidemark.services.standing_issues import close_credentials_issues, close_history_issue
from tidemark.services.stop import Stop
from tidemark.services.write_integration import edit, edit_coverage

_REASON = "The credentials were replaced."


@dataclass(frozen=True)
class RotateCredentials:
    """Replaces credentials, and reconnects with them."""

    checking: CheckCredentials
    integrations: Integrations
    coverage: CoverageStore
    issues: Issues
    vault: Vault
    stop: Stop

    def rotate(
        self, owner: str, integration_id: str, credentials: Mapping[str, object]
    ) -> Integration:
        """Check credentials, and use them from now on; whoever used the old ones is stopped.

        Once this has returned, nobody works with the old ones any more. Doing it again with the
        same is allowed.

        Raises:
            NotFound, Invalid, SourceError
            Conflict: codes ``no_source``, ``linked_by_consent``, ``another_account``,
                ``already_connected``; or
                ``still_stopping``: ask again.
        """
        present = integration_of(self.integrations, owner, integration_id)
        if present.kind is IntegrationKind.MANUAL:
            raise Conflict("A manual integration has no source to sync with.", "no_source")
        if present.kind is IntegrationKind.BANK:
            raise Conflict("A bank has no credentials: reconnect it.", "linked_by_consent")
        checked = self._checked(present, credentials)
        sealed = self.vault.seal(present.key, checked.credentials)
        self.stop.stop(present.key, _REASON)
        self._store(present, sealed, checked.hint)
        self.stop.stop(present.key, _REASON)
        self._renew(present, checked)
        return integration_of(self.integrations, owner, integration_id)

    def _checked(self, present: Integration, credentials: Mapping[str, object]) -> Checked:
        """Check credentials; for the same key the sync stops first, for their nonces would race."""
        owner = present.key.owner
        checked = self.checking.offline(owner, present.connector, credentials, present.id)
        if checked.hint != present.sealed_hint:
            _refuse_another_account(present)
            return self.checking.at_source(checked)
        run = self.stop.runs.current(present.key)
        self.stop.stop(present.key, _REASON)
        return self.checking.at_source(checked, run.nonce if run else 0)

    def _store(self, present: Integration, sealed: bytes, hint: str | None) -> None:
        """Keep the credentials, unless another integration got the same in this moment."""

        def write(sealed: bytes | None, hint: str | None) -> None:
            edit(
                self.integrations,
                present.key,
                lambda old: replace(old, sealed=sealed, sealed_hint=hint),
            )

        write(sealed, hint)
        try:
            self.checking.refuse_twice(present.key.owner, hint, present.id)
        except Conflict:
            write(present.sealed, present.sealed_hint)
            raise

    def _renew(self, present: Integration, checked: Checked) -> None:
        """Say of the integration what is true with the new credentials."""
        known = present.last_success_at is not None
        status = Status.HEALTHY if known else Status.INITIALIZING
        now = self.stop.clock.now()
        self.integrations.note_outcome(present.key, checked.outcome(status, now))
        limit = checked.rights.history_from
        edit_coverage(
            self.coverage, present.key, lambda stream: replace(stream, unavailable_before=limit)
        )
        close_credentials_issues(self.issues, present.key, now)
        if limit is None:
            close_history_issue(self.issues, present.key, now)


def _refuse_another_account(present: Integration) -> None:
    """Refuse the keys of another wallet: two ledgers would mix.

    Of exchanges a key does not tell whose account it opens.
    """
    if present.kind is IntegrationKind.WALLET and present.sealed_hint is not None:
        message = "This is another wallet: connect it as an integration of its own."
        raise Conflict(message, "another_account")
