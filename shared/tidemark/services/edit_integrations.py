"""What an owner may change about an integration: its facts, and whether it syncs at all."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict, cast

from tidemark.domain.integrations import DeletedPolicy, Integration, IntegrationKey
from tidemark.domain.ports import Clock, CoverageStore, Integrations
from tidemark.errors import Conflict, FieldError, Invalid
from tidemark.services.find import integration_of
from tidemark.services.stop import Stop
from tidemark.services.write_integration import check_version, edit, edit_coverage


class Changes(TypedDict, total=False):
    """The fields that an owner may change; those that are not named stay."""

    name: str
    group: str | None
    start_date: datetime | None
    deleted: DeletedPolicy
    paused: bool
    deactivated: bool


@dataclass(frozen=True)
class EditIntegrations:
    """Changes, pauses and deactivates integrations. ``expected`` versions come from If-Match."""

    integrations: Integrations
    coverage: CoverageStore
    stop: Stop
    clock: Clock

    def change(
        self, owner: str, integration_id: str, changes: Changes, expected: int | None = None
    ) -> Integration:
        """Change some fields. A new start date stops the sync that reads for the old one.

        Raises:
            NotFound, Invalid, Stale
            Conflict: code ``still_stopping``: nothing was changed.
        """
        present = integration_of(self.integrations, owner, integration_id)
        check_version(present, expected)
        start = changes.get("start_date", present.start_date)
        if start == present.start_date:
            changed = self._edit(present.key, changes, expected)
        else:
            refuse_future(start, self.clock.now())
            changed = self._restarted(present, changes, expected)
        if start is not None and "start_date" in changes:
            edit_coverage(self.coverage, present.key, lambda stream: stream.reopened(start))
        return changed

    def pause(self, owner: str, integration_id: str) -> Integration:
        """Sync no more, by nobody, until resumed. What runs is stopped.

        Raises:
            NotFound
            Conflict: code ``still_stopping``: it is paused, but a worker has not let go yet.
        """
        return self._halt(owner, integration_id, {"paused": True}, "The integration was paused.")

    def resume(self, owner: str, integration_id: str) -> Integration:
        """Allow syncs again. Raises NotFound."""
        key = integration_of(self.integrations, owner, integration_id).key
        return self._edit(key, {"paused": False})

    def deactivate(self, owner: str, integration_id: str) -> Integration:
        """Take it out of balances and reports, with no syncs either. What runs is stopped.

        Raises:
            NotFound
            Conflict: code ``still_stopping``: it is deactivated, but a worker has not let go yet.
        """
        marks: Changes = {"deactivated": True}
        return self._halt(owner, integration_id, marks, "The integration was deactivated.")

    def reactivate(self, owner: str, integration_id: str) -> Integration:
        """Put it back into balances and reports, just as it was. Raises NotFound."""
        key = integration_of(self.integrations, owner, integration_id).key
        return self._edit(key, {"deactivated": False})

    def _restarted(
        self, present: Integration, changes: Changes, expected: int | None
    ) -> Integration:
        """Change the start date among others; who reads for the old one is stopped for good.

        What began between the stop and the change is stopped, too, or the change is taken back.
        """
        reason = "The start date was changed."
        self.stop.stop(present.key, reason)
        changed = self._edit(present.key, changes, expected)
        try:
            self.stop.stop(present.key, reason)
        except Conflict:
            before = cast("Changes", {name: getattr(present, name) for name in changes})
            self._edit(present.key, before)
            raise
        return changed

    def _halt(self, owner: str, integration_id: str, marks: Changes, reason: str) -> Integration:
        """Mark an integration as one that does not sync, and stop what runs."""
        key = integration_of(self.integrations, owner, integration_id).key
        halted = self._edit(key, marks)
        self.stop.stop(key, reason)
        return halted

    def _edit(
        self, key: IntegrationKey, changes: Changes, expected: int | None = None
    ) -> Integration:
        """Set fields over whatever the others are."""
        return edit(self.integrations, key, lambda old: replace(old, **changes), expected)


def refuse_future(start: datetime | None, now: datetime) -> None:
    """Refuse a start date that lies ahead. Raises Invalid."""
    if start is not None and start > now:
        error = FieldError("/start_date", "This lies in the future.")
        raise Invalid("The request is not valid.", [error])
