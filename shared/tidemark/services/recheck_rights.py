"""Asking again what a key may do: rights can be added at the source after it was accepted."""

from dataclasses import dataclass, replace
from datetime import datetime

from tidemark.domain.integrations import Integration, IntegrationKey
from tidemark.domain.ports import Clock, ConnectorFacts, CoverageStore, Integrations, Issues, Source
from tidemark.domain.schedules import rights_are_old
from tidemark.errors import SourceGarbage, SourceUnavailable
from tidemark.services.check_credentials import accepted, word_of
from tidemark.services.standing_issues import close_history_issue
from tidemark.services.write_integration import edit_coverage


@dataclass(frozen=True)
class RecheckRights:
    """Checks the keys of exchanges; what else can be connected cannot do more than read."""

    integrations: Integrations
    coverage: CoverageStore
    issues: Issues
    clock: Clock

    def recheck(self, integration: Integration, facts: ConnectorFacts, source: Source) -> None:
        """Ask the source, once a week; a source that has no answer now is asked by the next sync.

        Raises:
            TooManyRights, MissingPermission: nothing is to be read with this key.
            SourceError: it is refused, or asks to wait.
        """
        if rights_are_old(integration, self.clock.now()):
            self.ask(integration, facts, source)

    def ask(self, integration: Integration, facts: ConnectorFacts, source: Source) -> None:
        """Ask the source now. Raises like ``recheck``."""
        now = self.clock.now()
        try:
            rights = accepted(source.rights(), facts)
        except (SourceUnavailable, SourceGarbage):
            return
        limit = rights.history_from
        if limit != integration.history_from:
            self._move(integration.key, limit, now)
        told = {"key_rights": word_of(rights), "history_from": limit, "rights_checked_at": now}
        self.integrations.note_outcome(integration.key, told)

    def _move(self, key: IntegrationKey, limit: datetime | None, now: datetime) -> None:
        """Note that the key shows more of the past, or less, than it did."""
        edit_coverage(self.coverage, key, lambda stream: replace(stream, unavailable_before=limit))
        if limit is None:
            close_history_issue(self.issues, key, now)
