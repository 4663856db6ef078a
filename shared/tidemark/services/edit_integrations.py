"""What an owner may change about an integration: its facts, and whether it syncs at all."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict

from tidemark.domain.integrations import DeletedPolicy, Integration, IntegrationKey
from tidemark.domain.ports import Clock, CoverageStore, Integrations
from tidemark.errors import Conflict, FieldError, Invalid, Stale, StaleVersion
from tidemark.services.find import integration_of
from tidemark.services.stop import Stop

_TRIES = 5


class Changes(TypedDict, total=False):
    """The fields that an owner may change; those that are not named stay."""

    name: str
    group: str | None
    start_date: datetime | None
    deleted: DeletedPolicy


@dataclass(frozen=True)
class EditIntegrations:
    """Changes, pauses and resumes integrations. ``expected`` versions come from If-Match."""

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
            return self._edit(present.key, lambda old: replace(old, **changes), expected)
        self._refuse_future(start)
        self.stop.stop(present.key, "The start date was changed.")
        changed = self._edit(present.key, lambda old: replace(old, **changes), expected)
        self.stop.stop(present.key, "The start date was changed.")
        self._reopen(present.key, start)
        return changed

    def pause(self, owner: str, integration_id: str) -> Integration:
        """Sync no more, by nobody, until resumed. What runs is stopped.

        Raises:
            NotFound
            Conflict: code ``still_stopping``: it is paused, but a worker has not let go yet.
        """
        key = integration_of(self.integrations, owner, integration_id).key
        paused = self._edit(key, lambda old: replace(old, paused=True))
        self.stop.stop(key, "The integration was paused.")
        return paused

    def resume(self, owner: str, integration_id: str) -> Integration:
        """Allow syncs again. Raises NotFound."""
        key = integration_of(self.integrations, owner, integration_id).key
        return self._edit(key, lambda old: replace(old, paused=False))

    def _refuse_future(self, start: datetime | None) -> None:
        """Refuse a start date that lies ahead."""
        if start is not None and start > self.clock.now():
            error = FieldError("/start_date", "This lies in the future.")
            raise Invalid("The request is not valid.", [error])

    def _edit(
        self,
        key: IntegrationKey,
        change: Callable[[Integration], Integration],
        expected: int | None = None,
    ) -> Integration:
        """Write a change; without an expected version the last write wins."""
        for _ in range(_TRIES):
            present = integration_of(self.integrations, key.owner, key.integration_id)
            check_version(present, expected)
            changed = change(present)
            if changed == present:
                return present
            if written := write(self.integrations, changed):
                return written
        raise Conflict("This is being changed by others; try again.", "busy")

    def _reopen(self, key: IntegrationKey, start: datetime | None) -> None:
        """Take back what coverage claims before a start date: it is not asked for any more."""
        if start is None:
            return
        streams, version = self.coverage.read(key)
        if streams:
            kept = {name: stream.reopened(start) for name, stream in streams.items()}
            self.coverage.write(key, kept, version)


def check_version(integration: Integration, expected: int | None) -> None:
    """Refuse a change that was made for an older version. Raises Stale."""
    if expected is not None and integration.version != expected:
        raise Stale("The integration was changed since it was read.")


def write(store: Integrations, changed: Integration) -> Integration | None:
    """Write a changed integration as its next version; None if others were faster."""
    following = replace(changed, version=changed.version + 1)
    try:
        store.replace(following, changed.version)
    except StaleVersion:
        return None
    return following
