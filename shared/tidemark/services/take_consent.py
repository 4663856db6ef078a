"""Owners who come back from their banks: with a consent, or without."""

from dataclasses import dataclass, replace

from tidemark.domain.asking import DENIED
from tidemark.domain.consents import Granted, Need, Present
from tidemark.domain.integrations import Integration, IntegrationKey, Status
from tidemark.domain.ports import Clock, Connectors, Integrations, Issues, Runs, Vault, Waits
from tidemark.domain.syncs import Mode, Run, Trigger
from tidemark.errors import Conflict
from tidemark.services.consent_issues import settle_consent_issues
from tidemark.services.consent_states import ConsentStates, refuse_state
from tidemark.services.request_sync import SyncRequests, refusal
from tidemark.services.stop import Stop
from tidemark.services.write_integration import edit

_RENEWED = "The bank was connected again; another sync was started in place of this one."


@dataclass(frozen=True)
class TakeConsent:
    """Takes consents, as somebody who is known by a signed state alone."""

    integrations: Integrations
    runs: Runs
    waits: Waits
    issues: Issues
    connectors: Connectors
    vault: Vault
    states: ConsentStates
    requests: SyncRequests
    stop: Stop
    clock: Clock

    def grant(self, state: str, code: str, present: Present | None) -> None:
        """Keep a consent in place of the one before, and go on syncing.

        Raises:
            ForgedState: nobody waits for this; nothing was written.
            SourceError: it is no consent; nothing was written.
            Conflict: codes ``another_account``, ``already_connected``; nothing was written.
        """
        asked, nonce = self._asked(state)
        keep = asked.pending.keep if asked.pending is not None else {}
        with self.connectors.get(asked.connector).open(asked.extra) as source:
            granted = source.grant(code, keep)
        self._refuse_other_accounts(asked, granted)
        sealed = self.vault.seal(asked.key, granted.credentials)
        stored = edit(
            self.integrations, asked.key, lambda old: self._with(old, nonce, granted, sealed)
        )
        self._note(stored, granted)
        self._go_on(stored, present)

    def deny(self, state: str) -> None:
        """Ask no more: the owner said no, or the bank did.

        Raises:
            ForgedState: nobody waits for this; nothing was written.
        """
        asked, nonce = self._asked(state)
        edit(self.integrations, asked.key, lambda old: _without(old, nonce))
        run = self._waiting(asked.key)
        if run is not None:
            self.requests.end(asked.key, run.sync_id, DENIED)
        elif asked.sealed is None:
            outcome = {"status": Status.RECONNECT_REQUIRED, "status_reason": DENIED.code}
            self.integrations.note_outcome(asked.key, outcome)

    def _asked(self, state: str) -> tuple[Integration, str]:
        """Give the integration that waits for this consent, and the state's nonce."""
        key, nonce = self.states.read(state)
        found = self.integrations.get(key)
        if found is None or found.deleting or not _is_for(found, nonce):
            refuse_state()
        if found.pending is None or self.clock.now() >= found.pending.until:
            refuse_state()
        return found, nonce

    def _refuse_other_accounts(self, asked: Integration, granted: Granted) -> None:
        """Refuse a consent to other accounts than before, or to those of another integration."""
        if asked.accounts and not granted.accounts & set(asked.accounts):
            message = "These are other accounts: connect them as an integration of their own."
            raise Conflict(message, "another_account")
        for each in self.integrations.of_owner(asked.key.owner):
            if each.id != asked.id and not each.deleting and granted.accounts & set(each.accounts):
                raise Conflict("This account is connected already.", "already_connected")

    def _with(self, old: Integration, nonce: str, granted: Granted, sealed: bytes) -> Integration:
        """Give an integration with its new consent: the state is used up by that."""
        now, gone = self.clock.now(), set(old.accounts) - granted.accounts
        return replace(
            _without(old, nonce),
            sealed=sealed,
            accounts=tuple(sorted(granted.accounts | set(old.accounts))),
            unshared={each: old.unshared.get(each, now) for each in sorted(gone)},
            granted_at=now,
        )

    def _note(self, stored: Integration, granted: Granted) -> None:
        """Say of the integration what is true with its new consent."""
        known = stored.last_success_at is not None
        outcome = {
            "status": Status.HEALTHY if known else Status.INITIALIZING,
            "status_reason": None,
            "retry_at": None,
            "key_rights": "read_only",
            "consent_expires_at": granted.expires_at,
            "consent_warned": None,
        }
        self.integrations.note_outcome(stored.key, outcome)
        settled = replace(stored, status=Status.HEALTHY, consent_warned=None)
        settle_consent_issues(self.issues, settled, self.clock.now())

    def _go_on(self, stored: Integration, present: Present | None) -> None:
        """Wake the sync that waits; what was synced before is brought up to date.

        A sync under the old consent is ended and begun again: it reads neither new accounts nor
        as far back as the bank allows now, and nobody has to answer what was asked there.
        """
        run = self.runs.current(stored.key)
        if run is not None and _is_for_consent(run):
            self.waits.answer(stored.key, run.sync_id, self.vault.seal(stored.key, {}))
            self.requests.waking.wake(stored.key, run.sync_id)
        elif run is not None:
            self.stop.interrupt(stored.key, _RENEWED)
            self.requests.anew(run, present)
        elif stored.last_attempt_at is not None and refusal(stored) is None:
            self.requests.request(
                stored.key.owner,
                [stored.id],
                Mode.INCREMENTAL,
                trigger=Trigger.CONNECT,
                present=present,
            )

    def _waiting(self, key: IntegrationKey) -> Run | None:
        """Give the run that waits for consent, if there is one."""
        run = self.runs.current(key)
        return run if run is not None and _is_for_consent(run) else None


def _is_for_consent(run: Run) -> bool:
    """Tell whether a run waits for consent."""
    return run.asks is not None and run.asks.need is Need.CONSENT


def _is_for(integration: Integration, nonce: str) -> bool:
    """Tell whether a nonce is that of the consent that is waited for."""
    return integration.pending is not None and integration.pending.nonce == nonce


def _without(old: Integration, nonce: str) -> Integration:
    """Give an integration that waits no more; another answer may have been faster."""
    if not _is_for(old, nonce):
        refuse_state()
    return replace(old, pending=None)
