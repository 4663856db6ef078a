"""Which bookmark a run is given: none where everything is to be read again."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.fakes import MemoryLedger, MemoryParked
from tests.world import world
from tidemark.domain.coverage import StreamCoverage
from tidemark.domain.integrations import (
    DeletedPolicy,
    Integration,
    IntegrationKey,
    IntegrationKind,
)
from tidemark.domain.syncs import Mode, Run
from tidemark.services.begin_run import Beginning

KEY = IntegrationKey("alice", "intg_1")
NOW = datetime(2026, 1, 15, tzinfo=UTC)
BANK = Integration(KEY, "fake", IntegrationKind.BANK, "Bank", NOW)


@pytest.mark.parametrize(
    ("kind", "deleted", "mode", "expected"),
    [
        (IntegrationKind.WALLET, DeletedPolicy.STAY_DELETED, Mode.INCREMENTAL, "mark"),
        (IntegrationKind.WALLET, DeletedPolicy.REAPPEAR, Mode.INCREMENTAL, None),
        (IntegrationKind.BANK, DeletedPolicy.REAPPEAR, Mode.INCREMENTAL, "mark"),
        (IntegrationKind.BANK, DeletedPolicy.REAPPEAR, Mode.MISSING, None),
        (IntegrationKind.BANK, DeletedPolicy.STAY_DELETED, Mode.MISSING, None),
    ],
)
def test_the_bookmark_of_a_run(
    kind: IntegrationKind, deleted: DeletedPolicy, mode: Mode, expected: str | None
) -> None:
    """A bank's is given wherever it can be: it says which accounts are new, and hides nothing."""
    integration = replace(BANK, kind=kind, deleted=deleted)
    coverage = {"ledger": StreamCoverage(bookmark="mark")}
    facts = world().sources
    beginning = Beginning(integration, facts, coverage, MemoryLedger(), MemoryParked())

    assert beginning.bookmark(Run("sync_1", KEY, mode, NOW), "ledger") == expected
