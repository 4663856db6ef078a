"""Other credentials: checked first, used by nobody else meanwhile, and nothing else changes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes.source import trades
from tests.keyed import Catalogue, Keyed, Office, Wallet, manual
from tests.world import KEY, START, World
from tidemark.domain.integrations import IntegrationKey, Status
from tidemark.domain.pages import KeyRights
from tidemark.domain.syncs import Mode, SyncStatus
from tidemark.errors import BadCredentials, Conflict, MissingPermission, TooManyRights

OLD, NEW = {"api_key": "canary-key-old"}, {"api_key": "canary-key-new"}
ANOTHER = IntegrationKey("alice", "intg_01J00000000000000000000009")


def world(source: Keyed | None = None, **facts: object) -> World:
    """Give a world whose integration has the old key."""
    it = World(source or Keyed(trades(6, start=START)))
    it.connect(KEY, it.source.name, OLD, sealed_hint=it.source.identity(OLD))
    stored = it.integrations.items[KEY]
    it.integrations.items[KEY] = replace(stored, kind=it.source.kind, **facts)
    return it


def refused(it: World, given: dict[str, str] = NEW) -> str:
    """Try to rotate, and give the word of the refusal; nothing may have changed."""
    before = it.integrations.items[KEY]
    with pytest.raises(Conflict) as error:
        Office(it).rotate.rotate("alice", KEY.integration_id, given)
    assert it.integrations.items[KEY] == before
    return error.value.code


def test_other_credentials_are_used_from_the_next_sync_on() -> None:
    """Ids, transactions and edits stay; they are sealed for this integration."""
    it = world()
    it.run()
    before = dict(it.ledger.of(KEY))
    rotated = Office(it).rotate.rotate("alice", KEY.integration_id, NEW)
    assert rotated.id == KEY.integration_id
    assert rotated.sealed is not None
    assert it.vault.open(KEY, rotated.sealed) == NEW
    it.source.used.clear()
    it.run(Mode.MISSING)
    assert {key for key, _ in it.source.used} == {"canary-key-new"}
    assert it.ledger.of(KEY) == before


def test_what_went_wrong_with_the_old_key_is_over() -> None:
    """Healthy after a success, initializing before the first; rights and history are the new."""
    it = world()
    wrong = {"status": Status.INVALID_CREDENTIALS, "status_reason": "invalid_credentials"}
    it.integrations.note_outcome(KEY, wrong)
    it.source.said = KeyRights(read_only=None, history_from=START)
    rotated = Office(it).rotate.rotate("alice", KEY.integration_id, NEW)
    assert (rotated.status, rotated.status_reason) == (Status.INITIALIZING, None)
    assert (rotated.key_rights, rotated.history_from) == ("unknown", START)
    it.run()
    it.integrations.note_outcome(KEY, wrong)
    again = Office(it).rotate.rotate("alice", KEY.integration_id, OLD)
    assert again.status is Status.HEALTHY


def test_a_key_that_shows_more_of_the_past_opens_it() -> None:
    """What the old one hid is missing now, no longer unavailable."""
    it = world(history_from=START + timedelta(hours=10))
    it.run()
    streams, _ = it.coverage.read(KEY)
    assert streams["ledger"].unavailable_before == START + timedelta(hours=10)
    Office(it).rotate.rotate("alice", KEY.integration_id, NEW)
    streams, _ = it.coverage.read(KEY)
    assert streams["ledger"].unavailable_before is None
    assert it.integrations.items[KEY].history_from is None


@pytest.mark.parametrize(
    ("rights", "error"),
    [
        (KeyRights(read_only=False), TooManyRights),
        (KeyRights(read_only=True, missing=("Ledger",)), MissingPermission),
    ],
)
def test_a_key_with_other_rights_than_reading_is_not_kept(
    rights: KeyRights, error: type[Exception]
) -> None:
    """The old one stays, and what runs with it goes on."""
    it = world()
    sync = it.request()
    before = it.integrations.items[KEY]
    it.source.said = rights
    with pytest.raises(error):
        Office(it).rotate.rotate("alice", KEY.integration_id, NEW)
    assert it.integrations.items[KEY] == before
    assert it.finish(sync).status is SyncStatus.SUCCEEDED


def test_a_key_that_is_not_accepted_is_not_kept() -> None:
    """The same as when connecting."""
    it = world()
    before = it.integrations.items[KEY]

    def refuse(_call: str) -> None:
        raise BadCredentials("No.")

    it.source.trouble = refuse
    with pytest.raises(BadCredentials):
        Office(it).rotate.rotate("alice", KEY.integration_id, NEW)
    assert it.integrations.items[KEY] == before


def test_one_credential_belongs_to_one_integration() -> None:
    """Another one's is refused; its own once more is fine."""
    it = world()
    it.connect(ANOTHER, credentials=NEW, sealed_hint=it.source.identity(NEW))
    assert refused(it) == "already_connected"
    assert it.source.used == []
    Office(it).rotate.rotate("alice", KEY.integration_id, OLD)


def test_two_at_once_with_one_credential_are_not_both_kept() -> None:
    """Whoever sees the other goes back to what it had."""
    it = world()
    stored = it.integrations.items[KEY]

    def overtake(when: str, call: str) -> None:
        first = ANOTHER not in it.integrations.items
        if first and (when, call) == ("before", "MemoryIntegrations.replace"):
            it.connect(ANOTHER, credentials=NEW, sealed_hint=it.source.identity(NEW))

    it.watch = overtake
    with pytest.raises(Conflict) as error:
        Office(it).rotate.rotate("alice", KEY.integration_id, NEW)
    assert error.value.code == "already_connected"
    kept = it.integrations.items[KEY]
    assert (kept.sealed, kept.sealed_hint) == (stored.sealed, stored.sealed_hint)


def test_a_wallet_is_not_exchanged_for_another() -> None:
    """Two ledgers would mix; the same keys once more are fine."""
    it = world(Wallet(trades(3, start=START)))
    assert refused(it) == "another_account"
    assert it.source.used == []
    Office(it).rotate.rotate("alice", KEY.integration_id, OLD)


def test_a_manual_integration_has_no_credentials() -> None:
    """It says so."""
    it = World(Keyed(), connectors=Catalogue(Keyed()))  # type: ignore[arg-type]
    manual(it)
    assert refused(it) == "no_source"


def test_what_runs_is_stopped_before_the_new_key_is_stored() -> None:
    """While a worker holds on, nothing is changed, and it is said so."""
    it = world()
    sync = it.request()
    now = it.clock.now()
    it.runs.acquire(KEY, sync.id, "w", now=now, until=now + timedelta(seconds=30))
    assert refused(it) == "still_stopping"
    Office(it).rotate.rotate("alice", KEY.integration_id, NEW)
    assert it.requests.read("alice", sync.id).status is SyncStatus.CANCELED


def test_nonces_belong_to_their_key() -> None:
    """The old key's never reach the new one; the same key is asked with higher ones than before."""
    it = world()
    sync = it.request()
    with_nonce(it, sync.id, 10**18)
    Office(it).rotate.rotate("alice", KEY.integration_id, NEW)
    assert it.source.nonces == [0]
    it.run()
    assert set(it.source.nonces) == {0}
    with_nonce(it, it.request().id, 10**18)
    it.source.nonces.clear()
    Office(it).rotate.rotate("alice", KEY.integration_id, NEW)
    assert it.source.nonces == [10**18]


def with_nonce(it: World, sync_id: str, nonce: int) -> None:
    """Have a run send a nonce."""
    now = it.clock.now()
    lease = it.runs.acquire(KEY, sync_id, "w", now=now, until=now + timedelta(seconds=30))
    it.runs.checkpoint(lease, replace(lease.run, nonce=nonce))
    it.runs.release(lease)
