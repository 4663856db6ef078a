"""Owners of bank accounts on the local server: one renews the consent in time, one too late."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import httpx

from local.child import ServerChild
from local.sources.bank import BankClock, Booking, FollowedClock
from local.sources.bank_history import GIRO, SAVINGS, made_up_bank
from local.sources.enable_banking import EnableBankingSource
from local.sources.gocardless import GocardlessSource
from tests.years.owners import NEW_YEAR, Plan, everything, gaps, kept_up, license_owner, scheduled

RENEWING = Plan("bank-renewing", "pro", (2026,), seen=True, every=timedelta(hours=6))
LAPSING = Plan("bank-lapsing", "basic", (2026,), seen=False, every=timedelta(hours=24))
_WARNINGS = [14, 7, 1]
_WEEKS_WITHOUT = 2

type Source = EnableBankingSource | GocardlessSource


@dataclass
class Customer:
    """An owner of accounts at a bank, at which something is booked each week."""

    plan: Plan
    connector: str
    source: Source
    consents: int = 0
    weeks_without: int = 0
    told: dict[str, int] = field(default_factory=dict)
    """The warnings by their events, in days before the consent's end, oldest first."""

    def connect(self, server: ServerChild) -> None:
        """Link the bank, whose clock follows the product's from now on."""
        self.source.bank.clock = FollowedClock(server.api)
        license_owner(server, self.plan)
        body = {
            "connector": self.connector,
            "name": "Bank",
            "credentials": self.source.credentials,
        }
        self._consent(server.client(self.plan.owner).post("/v1/integrations", json=body))

    def week(self, server: ServerChild) -> None:
        """Have something booked while the licence lasts, and see whether the consent does."""
        today = self.source.bank.today()
        if today < NEW_YEAR.date():
            self.source.bank.add(GIRO, Booking(today, Decimal("-4.20"), f"Markt {today}"))
            self.source.bank.add(SAVINGS, Booking(today, Decimal("1.00"), f"Zinsen {today}"))
        self._listen(server)
        issues = everything(server, self.plan.owner, "/v1/issues")
        opened = {each["type"] for each in issues if each["state"] == "open"}
        self.weeks_without += "reconnect_required" in opened
        in_time = self.plan is RENEWING and "consent_expiring" in opened
        if in_time or self.weeks_without > _WEEKS_WITHOUT:
            self.reconnect(server)

    def reconnect(self, server: ServerChild) -> None:
        """Consent once more."""
        self.weeks_without = 0
        client = server.client(self.plan.owner)
        (bank,) = client.get("/v1/integrations").raise_for_status().json()["data"]
        self._consent(client.post(f"/v1/integrations/{bank['id']}/reconnect"))

    def as_promised(self, server: ServerChild, end: datetime) -> bool:
        """Tell whether all was synced when it had to be, and is what the bank has."""
        fired = scheduled(server, self.plan.owner)
        every = self.plan.every or timedelta(0)
        odd = gaps(fired, every)
        lapses = [1] * (self.plan is LAPSING and self.consents > 1)
        held = len(everything(server, self.plan.owner, "/v1/transactions"))
        regular = len(odd) == len(lapses) and kept_up(fired, every, min(end, NEW_YEAR))
        fine = regular and self._warned(server, end) and held == self.source.bank.count()
        told = f"{self.plan.owner:18} {len(fired):5} syncs, gaps {[*map(str, odd)]}, "
        told += f"{self.consents} consents, warned {[*self.told.values()]} days ahead, "
        sys.stdout.write(f"{told}{held} transactions, as promised: {fine}\n")
        return fine

    def _listen(self, server: ServerChild) -> None:
        """Hear the warnings: events are kept for a month."""
        for event in reversed(everything(server, self.plan.owner, "/v1/events")):
            if event["type"] == "integration.consent_expiring":
                self.told[event["id"]] = event["data"]["days"]

    def _warned(self, server: ServerChild, end: datetime) -> bool:
        """Tell whether each warning came once a consent: after the first one it was renewed.

        Of the last consent, by ``end``, those that had to come by then.
        """
        self._listen(server)
        (bank,) = server.client(self.plan.owner).get("/v1/integrations").json()["data"]
        left = datetime.fromisoformat(bank["consent_expires_at"]) - end
        expected = _WARNINGS[:1] if self.plan is RENEWING else _WARNINGS
        due = [days for days in expected if left <= timedelta(days=days)]
        return [*self.told.values()] == expected * (self.consents - 1) + due

    def _consent(self, asked: httpx.Response) -> None:
        """Agree at the bank's page, and come back."""
        back = self.source.consent(asked.raise_for_status().json()["consent_url"])
        httpx.get(back, trust_env=False, timeout=60).raise_for_status()
        self.consents += 1


@contextmanager
def customers(start: datetime) -> Iterator[tuple[Customer, Customer]]:
    """Open two banks, each with a customer."""
    banks = (made_up_bank(BankClock(start), seed=seed, days=60) for seed in (1, 2))
    with EnableBankingSource(next(banks)) as first, GocardlessSource(next(banks)) as second:
        yield (
            Customer(RENEWING, "enable_banking", first),
            Customer(LAPSING, "gocardless", second),
        )
