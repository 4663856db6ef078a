"""Watching consents: who is told when, and what has ended without anybody noticing.

It is looked at with each turn of a bank's slot, whether or not it syncs by itself.
"""

from dataclasses import dataclass

from tidemark.domain.integrations import Integration, Status, changed
from tidemark.domain.ports import Clock, Integrations, Issues
from tidemark.domain.renewals import warning_of
from tidemark.services.consent_issues import settle_consent_issues


@dataclass(frozen=True)
class WatchConsents:
    """Tells owners of consents that end."""

    integrations: Integrations
    issues: Issues
    clock: Clock

    def look(self, found: Integration) -> Integration:
        """Say of an integration what is true of its consent by now, and give it so.

        Each warning is given once; where the last one was is kept as ``consent_warned``.
        """
        outcome = self._outcome(found)
        after = changed(found, outcome)
        if after == found:
            return found
        self.integrations.note_outcome(found.key, outcome)
        settle_consent_issues(self.issues, after, self.clock.now())
        return after

    def _outcome(self, found: Integration) -> dict[str, object]:
        """Give what is true now."""
        until, now = found.consent_expires_at, self.clock.now()
        if until is None:
            return {}
        if now < until:
            return {"consent_warned": warning_of(until, now)}
        if found.status is Status.RECONNECT_REQUIRED:
            return {}
        return {"status": Status.RECONNECT_REQUIRED, "status_reason": "consent_expired"}
