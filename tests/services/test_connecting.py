"""Connecting: what is checked first, and what two requests at once may not do."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.fakes.source import FakeSource
from tests.keyed import Office
from tests.world import World
from tidemark.domain.integrations import Integration, IntegrationKey
from tidemark.domain.pages import KeyRights
from tidemark.domain.syncs import Mode, Trigger
from tidemark.errors import Conflict, Invalid, MissingPermission, TooManyRights
from tidemark.services.connect import Connect, NewIntegration

WANTED = NewIntegration("alice", "fake", "Mine", {"api_key": "canary"})


class Strict(FakeSource):
    """A source that says what a key may do, and refuses one form offline."""

    said = KeyRights(read_only=True)

    def check(self, credentials: Mapping[str, object]) -> dict[str, str]:
        """Refuse what looks like a seed."""
        if "seed" in credentials:
            raise Invalid("This is private.", code="private_material")
        return {name: str(value) for name, value in credentials.items()}

    def rights(self) -> KeyRights:
        """Say it."""
        self.calls.append("rights")
        return self.said


def connecting(world: World) -> Connect:
    """Give the service."""
    return Office(world).connect


def test_the_form_is_checked_before_anybody_is_asked() -> None:
    """Private material never leaves the process."""
    world = World(Strict())
    wanted = replace(WANTED, credentials={"seed": "canary words"})
    with pytest.raises(Invalid) as refused:
        connecting(world).create(wanted)
    assert refused.value.code == "private_material"
    assert (world.source.calls, world.integrations.items) == ([], {})


def test_a_secret_shows_in_no_repr() -> None:
    """Neither in what is wanted nor in what was checked."""
    checked = connecting(World(Strict())).check(WANTED)
    assert "canary" not in repr(WANTED) + repr(replace(checked, facts=None))


@pytest.mark.parametrize(
    ("rights", "error", "named"),
    [
        (KeyRights(read_only=False), TooManyRights, ()),
        (KeyRights(read_only=None, excess=("Trade",)), TooManyRights, ("Trade",)),
        (KeyRights(read_only=True, missing=("Ledger",)), MissingPermission, ("Ledger",)),
    ],
)
def test_rights_are_exactly_reading(
    rights: KeyRights, error: type[TooManyRights | MissingPermission], named: tuple[str, ...]
) -> None:
    """Too many or too few are refused by name, and nothing is stored."""
    world = World(Strict())
    world.source.said = rights
    with pytest.raises(error) as refused:
        connecting(world).create(WANTED)
    assert refused.value.rights == named
    assert world.integrations.items == {}


def test_credentials_are_sealed_for_this_integration_alone() -> None:
    """They open for it, and its first sync is on its way."""
    world = World(Strict())
    made, sync = connecting(world).create(WANTED)
    assert made.sealed is not None
    assert world.vault.open(made.key, made.sealed) == {"api_key": "canary"}
    assert sync is not None
    assert (sync.mode, sync.trigger) == (Mode.INCREMENTAL, Trigger.CONNECT)
    assert world.queue.messages == [(made.key, sync.id)]


def test_two_at_once_with_one_credential_are_not_both_kept() -> None:
    """Whoever sees the other gives way, and starts no sync."""
    world = World(Strict())
    rival = IntegrationKey("alice", "intg_01J00000000000000000000009")
    add = world.integrations.add

    def raced(integration: Integration) -> None:
        add(replace(integration, key=rival))
        add(integration)

    service = connecting(world)
    raced_store = _Store(world.integrations, raced)
    with pytest.raises(Conflict) as refused:
        replace(service, integrations=raced_store).create(WANTED)
    assert refused.value.code == "already_connected"
    assert list(world.integrations.items) == [rival]
    assert world.queue.messages == []


class _Store:
    """Integrations whose ``add`` is overtaken by another."""

    def __init__(self, store: object, add: object) -> None:
        """Stand before a store."""
        self._store, self.add = store, add

    def __getattr__(self, name: str) -> object:
        """Be the store for everything else."""
        return getattr(self._store, name)
