"""A bank in memory, linked by consent, which asks its customers for passwords."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from tests import canaries
from tests.fakes.source import FakeSource, trades
from tests.functions.api.desk import Desk, Reply
from tests.world import START
from tidemark.domain.consents import Answer, Granted, Link, Need, Present, Quota
from tidemark.domain.integrations import IntegrationKey, IntegrationKind
from tidemark.domain.pages import Page, Window
from tidemark.errors import BadCredentials, ConsentGone, FieldError, Invalid, OwnerNeeded

NAMED = {"aspsp": "Test Bank", "country": "DE", "psu_type": "personal"}
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class Bank(FakeSource):
    """A bank. ``asks`` is what it wants before the next page; ``otp`` is the right password."""

    accounts: frozenset[str] = frozenset({"account-1"})
    expires_at: datetime = NOW + 90 * DAY
    link_until: timedelta = HOUR
    asks: list[Need] = field(default_factory=list)
    otp: str = "123456"
    within: timedelta | None = 10 * MINUTE
    gone: bool = False
    links: list[tuple[str, str]] = field(default_factory=list)
    answered: list[Answer] = field(default_factory=list)
    opened: list[tuple[Mapping[str, str], Present | None, Quota | None]] = field(
        default_factory=list
    )
    now: Callable[[], datetime] = lambda: NOW

    name = "bank"
    kind = IntegrationKind.BANK
    by_consent = True

    def check(self, credentials: Mapping[str, Any]) -> dict[str, str]:
        """Take what names a bank."""
        if set(credentials) != set(NAMED):
            raise Invalid("No.", [FieldError("/credentials/aspsp", "This is needed.")])
        return dict(credentials)

    def open(
        self,
        credentials: Mapping[str, str],
        *,
        nonce: int = 0,
        present: Present | None = None,
        quota: Quota | None = None,
    ) -> Self:
        """Note who opens it."""
        self.opened.append((credentials, present, quota))
        return self

    def consent_until(self) -> datetime | None:
        """Say how long the consent lasts, if it does."""
        if self.gone:
            raise ConsentGone("The consent has ended.")
        return self.expires_at

    def answer(self, answer: Answer) -> None:
        """Let the customer in who knows the password, or says to have confirmed."""
        self.answered.append(answer)
        if answer.otp in (None, self.otp):
            self.asks.pop(0)

    def page(self, stream: str, window: Window, cursor: str | None, bookmark: str | None) -> Page:
        """Read a page, if nothing has to be asked before."""
        if self.asks:
            raise OwnerNeeded("The bank wants to hear from you.", self.asks[0], self.within)
        return super().page(stream, window, cursor, bookmark)

    def link(self, state: str, return_to: str) -> Link:
        """Give a page of the bank."""
        self.links.append((state, return_to))
        url = f"https://bank.test/consent?state={state}"
        return Link(url, self.now() + self.link_until, {"session": str(len(self.links))})

    def grant(self, code: str, keep: Mapping[str, str]) -> Granted:
        """Grant to whoever has the code."""
        if code != "good":
            raise BadCredentials("The bank knows no such code.")
        secret = {"session": canaries.make("session"), "of": keep["session"]}
        return Granted(secret, self.accounts, self.expires_at)


@dataclass
class BankDesk(Desk):
    """A desk where one bank can be connected."""

    bank: Bank = field(default_factory=lambda: Bank(trades(5, start=START), 50))
    made: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Have the bank keep the world's time."""
        super().__post_init__()
        self.bank.now = self.world.clock.now
        self.world.connectors = self  # type: ignore[assignment]

    def names(self) -> list[str]:
        """Name the bank too."""
        return [*super().names(), "bank"]

    def get(self, name: str) -> FakeSource:
        """Give the bank too."""
        return self.bank if name == "bank" else super().get(name)

    def link(self, **more: object) -> Reply:
        """Connect the bank."""
        body = {"connector": "bank", "name": "Giro", "credentials": NAMED, **more}
        return self.send("POST", "/v1/integrations", body)

    def come_back(self, url: str, **query: str) -> Reply:
        """Come back from the page of the bank."""
        state = parse_qs(urlsplit(url).query)["state"][0]
        given = {"code": "good", "state": state} | query
        return self.send("GET", "/v1/consents/callback", owner=None, **given)

    def linked(self, **more: object) -> dict[str, Any]:
        """Connect the bank and consent."""
        made: dict[str, Any] = self.link(**more).json
        assert self.come_back(made["consent_url"]).status == 200
        return made

    def sync(self, sync_id: str) -> dict[str, Any]:
        """Show a sync."""
        return dict(self.send("GET", f"/v1/syncs/{sync_id}").json)

    def shown(self, made: dict[str, Any]) -> dict[str, Any]:
        """Show the integration."""
        return dict(self.send("GET", f"/v1/integrations/{made['id']}").json)

    def answer(self, sync_id: str, **given: object) -> Reply:
        """Answer a sync."""
        return self.send("POST", f"/v1/syncs/{sync_id}/answer", given)

    def step(self, made: dict[str, Any], sync_id: str) -> str:
        """Work on a sync once, and end it if that is its end."""
        world, key = self.world, self.key(made)
        result = world.driving.drive(key, sync_id, world.worker(), MINUTE)
        return result.outcome.value

    def key(self, made: dict[str, Any]) -> IntegrationKey:
        """Name the integration."""
        return IntegrationKey("alice", made["id"])

    def asks(self, made: dict[str, Any], *needs: Need, mode: str = "missing") -> str:
        """Start a sync that the bank asks something in; give its id, waiting."""
        self.bank.asks[:] = needs
        body = {"integrations": [made["id"]], "mode": mode}
        sync_id = str(self.send("POST", "/v1/syncs", body).json["data"][0]["id"])
        assert self.step(made, sync_id) == "ask_user"
        return sync_id
