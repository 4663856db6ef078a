"""Writing a change of an integration, or of its coverage, over whatever is stored."""

from collections.abc import Callable
from dataclasses import replace

from tidemark.domain.coverage import StreamCoverage
from tidemark.domain.integrations import Integration, IntegrationKey
from tidemark.domain.ports import CoverageStore, Integrations
from tidemark.errors import Conflict, Stale, StaleVersion
from tidemark.services.find import integration_of

TRIES = 5
BUSY = "This is being changed by others; try again."


def edit(
    store: Integrations,
    key: IntegrationKey,
    change: Callable[[Integration], Integration],
    expected: int | None = None,
) -> Integration:
    """Write a change; without an expected version the last write wins.

    Raises:
        NotFound, Stale
        Conflict: code ``busy``.
    """
    for _ in range(TRIES):
        present = integration_of(store, key.owner, key.integration_id)
        check_version(present, expected)
        changed = change(present)
        if changed == present:
            return present
        if written := write(store, changed):
            return written
    raise Conflict(BUSY, "busy")


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


def edit_coverage(
    store: CoverageStore,
    key: IntegrationKey,
    change: Callable[[StreamCoverage], StreamCoverage],
) -> None:
    """Change what is known of each stream.

    Raises:
        Conflict: code ``busy``.
    """
    for _ in range(TRIES):
        streams, version = store.read(key)
        changed = {name: change(stream) for name, stream in streams.items()}
        if changed == streams or _written(store, key, changed, version):
            return
    raise Conflict(BUSY, "busy")


def _written(
    store: CoverageStore, key: IntegrationKey, streams: dict[str, StreamCoverage], version: int
) -> bool:
    """Write coverage; False if others were faster."""
    try:
        store.write(key, streams, version)
    except StaleVersion:
        return False
    return True
