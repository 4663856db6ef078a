"""What changes of stored items mean, and what they do not tell."""

from collections.abc import Mapping
from typing import Any

import pytest

from tidemark.domain.duplicates import DuplicateState
from tidemark.domain.events import TYPES, Told
from tidemark.domain.exports import ExportStatus
from tidemark.domain.ids import transaction_id
from tidemark.domain.imports import ImportStatus
from tidemark.domain.issues import IssueState
from tidemark.domain.syncs import SyncStatus
from tidemark.domain.tellings import Source, tell

INTEGRATION = {
    "owner": "alice",
    "integration_id": "intg_1",
    "connector": "kraken",
    "kind": "exchange",
    "name": "Savings of Alice",
    "status": "healthy",
    "sealed": b"canary-sealed",
    "sealed_hint": "canary-hint",
    "version": 1,
}
SYNC = {
    "owner": "alice",
    "sync_id": "sync_1",
    "integration_id": "intg_1",
    "mode": "incremental",
    "trigger": "schedule",
    "status": "queued",
}
ISSUE = {
    "owner": "alice",
    "issue_id": "iss_1",
    "integration_id": "intg_1",
    "type": "balance_mismatch",
    "message": "BTC differs by 0.5.",
    "details": {"BTC": "0.5"},
    "state": "open",
    "opened_at": "2026-01-01T00:00:00.000000Z",
}
IMPORT = {"owner": "alice", "import_id": "imp_1", "integration_id": "intg_1", "status": "checking"}
EXPORT = {"owner": "alice", "import_id": "exp_1", "status": "queued"}
PAIR = {"owner": "alice", "duplicate_id": "dup_1", "own": "txn_1", "twin": "txn_2", "state": "open"}
HELD = {"integration_key": "alice#intg_1", "parked_id": "held#a:1", "row": {"found": {"legs": []}}}
ENDPOINT = {"owner": "alice", "webhook_id": "whe_1", "url": "https://a.b/", "enabled": True}
NOTHING: Mapping[str, Any] = {}


def types(source: Source, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Name the events of a change."""
    return [told.type for told in tell(source, before, after)]


def one(source: Source, before: Mapping[str, Any], after: Mapping[str, Any]) -> Told:
    """Give the one event of a change."""
    (told,) = tell(source, before, after)
    return told


def test_an_integration_from_its_beginning_to_its_end() -> None:
    """Created, renamed, failing, paused, warned of its consent's end, deleted."""
    it = Source.INTEGRATIONS
    created = one(it, NOTHING, INTEGRATION)
    assert created.data == {
        "integration": "intg_1",
        "connector": "kraken",
        "kind": "exchange",
        "status": "healthy",
    }
    renamed = one(it, INTEGRATION, {**INTEGRATION, "name": "Other", "version": 2})
    assert (renamed.type, renamed.data["changed"]) == ("integration.updated", ["name"])
    failing = one(it, INTEGRATION, {**INTEGRATION, "status": "error"})
    assert failing.type == "integration.status_changed"
    assert failing.data["previous_status"] == "healthy"
    paused = {**INTEGRATION, "paused": True}
    assert types(it, INTEGRATION, paused) == ["integration.updated", "integration.status_changed"]
    warned = one(it, INTEGRATION, {**INTEGRATION, "consent_warned": 7})
    assert (warned.type, warned.data["days"]) == ("integration.consent_expiring", 7)
    deleting = {**INTEGRATION, "deleting": True}
    assert types(it, INTEGRATION, deleting) == ["integration.deleted"]
    assert types(it, deleting, NOTHING) == []
    assert types(it, INTEGRATION, NOTHING) == ["integration.deleted"]


@pytest.mark.parametrize(
    "technical",
    ["version", "fired_at", "last_attempt_at", "scheduled_for", "retry_at", "sealed_hint", "slot"],
)
def test_what_is_technical_is_no_event(technical: str) -> None:
    """Alone it changes nothing that an owner knows of."""
    assert types(Source.INTEGRATIONS, INTEGRATION, {**INTEGRATION, technical: "new"}) == []


def test_another_secret_of_the_same_key_is_told() -> None:
    """Of an exchange, or what a bank's owner has consented to anew."""
    told = one(Source.INTEGRATIONS, INTEGRATION, {**INTEGRATION, "sealed": b"canary-other"})
    assert told.data == {"integration": "intg_1", "changed": ["credentials"]}


def test_other_credentials_are_told_without_them() -> None:
    """That they are others, and nothing else."""
    other = {"sealed": b"canary-other", "sealed_hint": "canary-other"}
    told = one(Source.INTEGRATIONS, INTEGRATION, {**INTEGRATION, **other})
    assert told.data == {"integration": "intg_1", "changed": ["credentials"]}


def test_an_issue_is_told_without_its_words() -> None:
    """Opened, updated, resolved, opened anew, dismissed: never a message or an amount."""
    it, closed = Source.ISSUES, {**ISSUE, "state": "resolved"}
    told = [
        *tell(it, NOTHING, ISSUE),
        *tell(it, ISSUE, {**ISSUE, "details": {"BTC": "0.7"}}),
        *tell(it, ISSUE, closed),
        *tell(it, closed, ISSUE),
        *tell(it, ISSUE, {**ISSUE, "state": "dismissed"}),
    ]
    words = [each.type.partition(".")[2] for each in told]
    assert words == ["opened", "updated", "resolved", "opened", "dismissed"]
    assert "0.5" not in repr(told)
    assert types(it, ISSUE, ISSUE) == types(it, ISSUE, NOTHING) == []


def test_files_are_told_by_their_states() -> None:
    """Imports, exports; neither progress nor a balance check's request is one."""
    it = Source.IMPORTS
    assert types(it, NOTHING, IMPORT) == ["import.created"]
    assert types(it, IMPORT, {**IMPORT, "done": 5, "version": 3}) == []
    committed = {**IMPORT, "status": "committed", "counts": {"imported": 3}}
    assert types(it, IMPORT, committed) == ["import.committed", "transactions.changed"]
    broken = {**IMPORT, "status": "failed", "counts": {"imported": 2}}
    committing = {**IMPORT, "status": "committing"}
    failed, changed = tell(it, committing, broken)
    assert (failed.type, changed.type, changed.data["added"]) == (
        *("import.failed", "transactions.changed"),
        2,
    )
    assert types(it, committing, {**broken, "counts": {"imported": 0}}) == ["import.failed"]
    assert types(it, broken, {**broken, "status": "committing"}) == ["import.committing"]
    reverted = {**committed, "status": "reverted", "revert": {"status": "reverted", "removed": 3}}
    assert types(it, committed, reverted) == ["import.reverted", "transactions.changed"]
    assert types(it, NOTHING, EXPORT) == ["export.created"]
    assert types(it, EXPORT, {**EXPORT, "status": "done"}) == ["export.done"]
    assert types(it, NOTHING, {"owner": "alice", "import_id": "chk_1"}) == []


def test_an_account_is_told_when_its_owner_would_care() -> None:
    """Licence, zone, currency, lock; not that the owner was seen, not a lock that is being set."""
    it, seen = Source.ACCOUNTS, {"owner": "alice", "last_seen_at": "2026"}
    assert types(it, NOTHING, seen) == []
    licensed = {**seen, "licence": {"tier": "pro", "tax_years": [2026]}}
    told = one(it, seen, licensed)
    assert (told.type, told.data) == (
        "account.licence_changed",
        {"tier": "pro", "tax_years": [2026]},
    )
    assert types(it, licensed, {**licensed, "zone": "Europe/Berlin"}) == ["account.updated"]
    lock = {"locked_until": "2025-01-01T00:00:00.000000Z", "seals": {"intg_1": "x"}}
    setting, set_ = {**seen, "lock": lock}, {**seen, "lock": {**lock, "sealed": True}}
    assert types(it, seen, setting) == []
    assert one(it, setting, set_).data["locked_until"] == lock["locked_until"]
    assert one(it, set_, seen).data["locked_until"] is None


def test_pairs_held_ones_and_checks_are_told() -> None:
    """By ids and states."""
    assert types(Source.DUPLICATES, NOTHING, PAIR) == ["possible_duplicate.opened"]
    merged = {**PAIR, "state": "merged"}
    assert types(Source.DUPLICATES, PAIR, merged) == ["possible_duplicate.merged"]
    assert types(Source.DUPLICATES, NOTHING, {"duplicate_id": "own#intg_1"}) == []
    held = one(Source.PARKED, NOTHING, HELD)
    own = {"integration": "intg_1", "transaction": transaction_id("intg_1", "a:1")}
    assert (held.type, held.data) == ("held_transaction.held", own)
    rejected = {**HELD, "row": {**HELD["row"], "rejected": True}}
    assert types(Source.PARKED, HELD, rejected) == ["held_transaction.rejected"]
    assert types(Source.PARKED, HELD, NOTHING) == ["held_transaction.released"]
    assert types(Source.PARKED, NOTHING, {**HELD, "parked_id": "unread#1"}) == []


def test_what_an_owner_changes_by_hand_is_told_when_it_is_done() -> None:
    """How many; not what a sync or a file does, and not what came to nothing."""
    it, chunk = Source.JOURNAL, {"integration_id": "intg_1", "action": "modified", "count": 1}
    done = {**chunk, "done": True}
    assert types(it, NOTHING, chunk) == []
    facts = {"integration": "intg_1", "added": 0, "modified": 1, "removed": 0}
    assert one(it, chunk, done) == Told("transactions.changed", facts)
    assert types(it, done, {**done, "newer": 1}) == types(it, done, NOTHING) == []
    assert types(it, chunk, {**done, "count": 0}) == []
    assert types(it, chunk, {**done, "import_id": "sync_1"}) == []


def test_an_endpoint_is_told_and_its_health_is_not() -> None:
    """Made, changed, disabled, removed; a delivery beside it is nothing of that."""
    it, off = Source.WEBHOOKS, {**ENDPOINT, "enabled": False, "disabled_reason": "gone"}
    assert types(it, NOTHING, ENDPOINT) == ["webhook_endpoint.created"]
    assert types(it, ENDPOINT, {**ENDPOINT, "url": "https://c.d/"}) == ["webhook_endpoint.updated"]
    assert one(it, ENDPOINT, off).data == {"endpoint": "whe_1", "reason": "gone"}
    assert types(it, ENDPOINT, {**ENDPOINT, "failing_since": "2026"}) == []
    assert types(it, ENDPOINT, NOTHING) == ["webhook_endpoint.deleted"]
    assert types(it, NOTHING, {**ENDPOINT, "webhook_id": "evt_1#whe_1"}) == []


def test_every_state_there_is_has_a_type() -> None:
    """A new state is not forgotten in the list of types."""
    told = [
        *(types(Source.SYNCS, {"status": "?"}, {**SYNC, "status": each}) for each in SyncStatus),
        *(types(Source.ISSUES, NOTHING, {**ISSUE, "state": each}) for each in IssueState),
        *(types(Source.DUPLICATES, NOTHING, {**PAIR, "state": each}) for each in DuplicateState),
        *(
            types(Source.IMPORTS, IMPORT | {"status": "?"}, {**IMPORT, "status": each})
            for each in ImportStatus
            if each is not ImportStatus.AWAITING_UPLOAD
        ),
        *(
            types(Source.IMPORTS, EXPORT, {**EXPORT, "status": each})
            for each in ExportStatus
            if each is not ExportStatus.QUEUED
        ),
    ]
    assert {each for some in told for each in some} <= TYPES


def test_no_secret_and_no_name_gets_into_an_event() -> None:
    """Whatever changes of an integration."""
    changed = {**INTEGRATION, **dict.fromkeys(("name", "sealed", "sealed_hint"), "canary-new")}
    told = tell(Source.INTEGRATIONS, INTEGRATION, changed)
    assert "canary" not in repr(told)
    assert "Alice" not in repr(told)
