"""Sources that know whose key each call was made with, and the services that give keys out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self

from tests.fakes.source import FakeSource, Row
from tests.world import KEY, World
from tidemark.domain.ids import fingerprint
from tidemark.domain.integrations import Integration, IntegrationKey, IntegrationKind
from tidemark.domain.pages import KeyRights
from tidemark.domain.transactions import Origin, imported
from tidemark.errors import NotFound
from tidemark.services.check_credentials import CheckCredentials
from tidemark.services.connect import Connect
from tidemark.services.consent_states import ConsentStates
from tidemark.services.convert import Convert
from tidemark.services.edit_integrations import EditIntegrations
from tidemark.services.last_transaction import LastTransaction
from tidemark.services.link_consent import LinkConsent
from tidemark.services.rotate_credentials import RotateCredentials
from tidemark.services.stop import Stop


@dataclass
class Keyed(FakeSource):
    """A source that keeps with which key, and from which nonce on, it was called."""

    said: KeyRights = field(default_factory=lambda: KeyRights(read_only=True))
    used: list[tuple[str, str]] = field(default_factory=list)
    nonces: list[int] = field(default_factory=list)
    key: str = ""

    def identity(self, credentials: Mapping[str, str]) -> str:
        """Tell accounts apart by their first field, as real connectors do."""
        return fingerprint(credentials["api_key"])

    def open(self, credentials: Mapping[str, str], *, nonce: int = 0, **_: object) -> Self:
        """Open with a key."""
        self.nonces.append(nonce)
        return replace(self, key=credentials["api_key"])

    def rights(self) -> KeyRights:
        """Say which rights the key has."""
        super().rights()
        return self.said

    def _ask(self, call: str) -> None:
        """Note with which key."""
        self.used.append((self.key, call))
        super()._ask(call)


class Wallet(Keyed):
    """A source whose credentials are the account itself."""

    name = "wallet"
    kind = IntegrationKind.WALLET


class Manual(Keyed):
    """No source."""

    name = "manual"
    kind = IntegrationKind.MANUAL


class Catalogue:
    """The connectors that there are."""

    def __init__(self, *sources: FakeSource) -> None:
        """Take them."""
        self.sources = {source.name: source for source in (*sources, Manual())}

    def names(self) -> list[str]:
        """Give their names."""
        return sorted(self.sources)

    def get(self, name: str) -> FakeSource:
        """Give one."""
        if name not in self.sources:
            raise NotFound
        return self.sources[name]


@dataclass
class Office:
    """The services that connect, over a world; asleep, only its clock moves."""

    it: World
    sleep: Callable[[float], None] | None = None

    def nap(self, seconds: float) -> None:
        """Let time pass."""
        self.it.clock.advance(timedelta(seconds=seconds))

    @property
    def stop(self) -> Stop:
        """Stop syncs."""
        it = self.it
        return Stop(it.see(it.runs), it.see(it.syncs), it.clock, self.sleep or self.nap, it.waking)

    @property
    def checking(self) -> CheckCredentials:
        """Check credentials."""
        return CheckCredentials(self.it.sources, self.it.see(self.it.integrations))

    @property
    def last(self) -> LastTransaction:
        """Find the last transaction."""
        return LastTransaction(self.it.integrations, self.it.ledger, self.it.clock)

    @property
    def connect(self) -> Connect:
        """Create integrations."""
        it = self.it
        store = it.see(it.integrations)
        stores = (self.checking, store, self.last, it.vault, it.requests, it.clock)
        return Connect(*stores, self.linking)

    @property
    def linking(self) -> LinkConsent:
        """Ask for consents."""
        return LinkConsent(self.it.sources, ConsentStates(lambda: b"key"), self.it.clock)

    @property
    def convert(self) -> Convert:
        """Give manual ones a source."""
        it = self.it
        store = it.see(it.integrations)
        stores = (self.checking, store, self.last, it.vault, it.requests, it.clock)
        return Convert(*stores, self.linking)

    @property
    def rotate(self) -> RotateCredentials:
        """Give other credentials."""
        it = self.it
        store, coverage = it.see(it.integrations), it.see(it.coverage)
        issues = it.see(it.issues)
        return RotateCredentials(self.checking, store, coverage, issues, it.vault, self.stop)

    @property
    def edit(self) -> EditIntegrations:
        """Change integrations."""
        it = self.it
        store, coverage = it.see(it.integrations), it.see(it.coverage)
        return EditIntegrations(store, coverage, self.stop, it.clock)


def write_down(it: World, *rows: Row, key: IntegrationKey = KEY, origin: Origin) -> None:
    """Put transactions into the ledger that no source brought."""
    for row in rows:
        made = imported(row.found(), at=it.clock.now(), by="imp_1")
        it.months.enter(key, [f"{row.at:%Y-%m}"], "w")
        it.months.leave(key, [f"{row.at:%Y-%m}"], "w")
        it.ledger.of(key)[f"file:{row.id}"] = replace(made, id=f"file:{row.id}", origin=origin)


def manual(it: World, key: IntegrationKey = KEY, **facts: object) -> IntegrationKey:
    """Add a manual integration."""
    made = Integration(key, "manual", IntegrationKind.MANUAL, "Cash", it.clock.now())
    it.integrations.add(replace(made, **facts))  # type: ignore[arg-type]
    return key


def days_after(start: datetime, days: float) -> datetime:
    """Give a moment so many days later."""
    return start + timedelta(days=days)
