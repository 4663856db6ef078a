"""Bank accounts through GoCardless Bank Account Data (developer.gocardless.com, API v2).

It takes no new customers; this is for deployments that have an account there. An owner agrees at
the bank's own page, by agreement and requisition. A row's ``internalTransactionId`` is its identity
where there is one; ``transactionId`` never is. Accounts get new ids with each requisition, so they
are known by their number and currency.
"""

import functools
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from secrets import token_hex
from typing import override
from urllib.parse import quote

from tidemark import errors
from tidemark.connector_kit import bank_consent, shapes
from tidemark.connector_kit.bank import KIND_OF_CUSTOMER, BankConnector
from tidemark.connector_kit.bank_balances import booked_sums
from tidemark.connector_kit.bank_reader import Fetched
from tidemark.connector_kit.bank_rows import STREAM
from tidemark.connector_kit.bank_walk import Days
from tidemark.connector_kit.base import Field
from tidemark.connector_kit.gocardless_calls import GocardlessCalls
from tidemark.connector_kit.gocardless_rows import account_name, balance, understand
from tidemark.domain.consents import Granted, Link
from tidemark.domain.pages import Scope

_MOST_DAYS, _LINK_LIFETIME = 180, timedelta(hours=1)
_HISTORY = "historical_days"
_WAITING = frozenset({"CR", "GC", "UA", "SA", "GA"})
_GONE = "The bank's consent has ended: connect the bank again."


class Gocardless(BankConnector):
    """Reads the accounts that one requisition names."""

    title = "Bank (GoCardless)"
    base_url = "https://bankaccountdata.gocardless.com/api/v2"
    fields = (
        Field("aspsp", "Bank", "its id at GoCardless, or its name", secret=False, max_length=140),
        Field("country", "Country", "two letters", secret=False, max_length=2),
        KIND_OF_CUSTOMER,
    )
    scope = Scope(
        reads=("booked transactions", "pending transactions, apart", "balances of what is booked"),
        misses=("securities", "what a card was charged before it is booked", "standing orders"),
        since="as many days as the bank gives to GoCardless: 90 to 730",
        notes=(
            "GoCardless takes no new customers: this is for deployments that have an account.",
            "The bank's consent ends after 180 days at the latest; renewing it keeps everything.",
            "A bank is read as often a day as GoCardless says: four times, or less.",
        ),
    )
    understand = staticmethod(understand)

    @override
    def balances(self, bookmarks: Mapping[str, str] | None = None) -> dict[str, Decimal] | None:
        """Give what is booked per currency, over all accounts; None if a bank does not say."""
        told = []
        for account in bank_consent.accounts_of(self.credentials):
            answer = shapes.mapping(self._of_account(account, "balances", {}))
            rows = shapes.listing(answer.get("balances"))
            told.append([balance(shapes.mapping(row)) for row in rows])
        return booked_sums(told, ("closingBooked", "interimBooked"))

    @override
    def consent_until(self) -> datetime | None:
        """Ask how the requisition stands, and how long its agreement lasts."""
        told = self._requisition(self.credentials.get("requisition"))
        agreement = self.credentials.get("agreement") or shapes.text(told.get("agreement"))
        return self._agreed_until(agreement)

    @override
    def link(self, state: str, return_to: str) -> Link:
        """Make an agreement for all that the bank gives, and a requisition with its page.

        The way back has the state in its own query: GoCardless adds nothing but ``ref``.
        """
        bank = self._bank()
        days = min(shapes.count(bank.get("max_access_valid_for_days")) or 90, _MOST_DAYS)
        wanted = {
            "institution_id": bank["id"],
            "max_historical_days": shapes.count(bank.get("transaction_total_days")) or 90,
            "access_valid_for_days": days,
            "access_scope": ["balances", "details", "transactions"],
        }
        agreement = shapes.text(
            shapes.mapping(self._calls.post("/agreements/enduser/", wanted)).get("id")
        )
        reference, joint = token_hex(16), "&" if "?" in return_to else "?"
        asked = {
            "redirect": f"{return_to}{joint}state={quote(state, safe='')}",
            "institution_id": bank["id"],
            "agreement": agreement,
            "reference": reference,
        }
        made = shapes.mapping(self._calls.post("/requisitions/", asked))
        keep = {
            "requisition": shapes.text(made.get("id")),
            "agreement": agreement,
            "reference": reference,
            _HISTORY: str(wanted["max_historical_days"]),
        }
        until = self.clock.now() + _LINK_LIFETIME
        return Link(bank_consent.page_of(made.get("link")), until, keep)

    def banks(self, country: str) -> list[dict[str, object]]:
        """List the banks of a country."""
        answer = self._calls.get("/institutions/", {"country": country.lower()})
        banks = [shapes.mapping(bank) for bank in shapes.listing(answer)]
        return [bank for bank in banks if bank.get("id") and bank.get("name")]

    @override
    def grant(self, code: str, keep: Mapping[str, str]) -> Granted:
        """Take what the requisition names now; ``code`` is the way back's ``ref``, if any."""
        if code and code != keep.get("reference"):
            raise errors.BadCredentials("The way back from the bank is not of this connection.")
        told = self._requisition(keep.get("requisition"))
        accounts = {self._name(account): account for account in self._ids(told)}
        if not accounts:
            raise errors.BadCredentials("No account was shared: connect the bank again.")
        credentials = {
            **{name: self.credentials[name] for name in ("aspsp", "country")},
            **{name: text for name, text in keep.items() if name != "reference"},
            bank_consent.ACCOUNTS: bank_consent.spell_accounts(accounts),
        }
        until = self._agreed_until(keep["agreement"])
        return Granted(credentials, frozenset(accounts), until)

    @override
    def _bank(self) -> dict[str, object]:
        """Find the bank that is wanted, by its id or its name. Raises BadCredentials."""
        wanted, country = self.credentials["aspsp"], self.credentials["country"]
        known = self.banks(country)
        names = {shapes.text(bank["name"]): bank for bank in known}
        names |= {shapes.text(bank["id"]): bank for bank in known}
        return names[bank_consent.chosen(wanted, country, names)]

    def _requisition(self, requisition: str | None) -> dict[str, object]:
        """Look up a requisition that has been agreed to. Raises OwnerNeeded, ConsentGone."""
        if not requisition:
            raise bank_consent.consent_needed()
        told = shapes.mapping(self._calls.get(f"/requisitions/{quote(requisition, safe='')}/"))
        status = shapes.text(told.get("status"))
        if status in _WAITING:
            raise bank_consent.consent_needed()
        if status != "LN":
            raise errors.ConsentGone(_GONE)
        return told

    def _agreed_until(self, agreement: str) -> datetime | None:
        """Say when an agreement ends."""
        told = shapes.mapping(self._calls.get(f"/agreements/enduser/{quote(agreement, safe='')}/"))
        days = shapes.count(told.get("access_valid_for_days"))
        if not told.get("accepted") or days is None:
            return None
        return shapes.date_time(told["accepted"]) + timedelta(days=days)

    def _ids(self, requisition: Mapping[str, object]) -> list[str]:
        """Give the accounts of a requisition, by the ids that they have in it."""
        return [shapes.text(each) for each in shapes.listing(requisition.get("accounts"))]

    def _name(self, account: str) -> str:
        """Ask what stays the same of an account."""
        told = self._calls.get(f"/accounts/{quote(account, safe='')}/details/")
        return account_name(shapes.mapping(told, "account"))

    def _fetch(self, account: str, days: Days, _key: str | None) -> Fetched:
        """Fetch all rows of an account within some days."""
        ends = {"date_from": days.since, "date_to": days.until}
        query = {name: day.isoformat() for name, day in ends.items() if day is not None}
        answer = shapes.mapping(self._of_account(account, STREAM, query), STREAM)
        booked, pending = (shapes.listing(answer.get(lane)) for lane in ("booked", "pending"))
        return Fetched(booked, pending=pending, begins=self._begins())

    def _begins(self) -> date | None:
        """Give the first day of the history that was agreed to, where that is known."""
        days = shapes.count(self.credentials.get(_HISTORY))
        return None if days is None else (self.clock.now() - timedelta(days=days)).date()

    def _of_account(self, account: str, scope: str, query: Mapping[str, str]) -> object:
        """Ask for something of an account, and heed what is said of how often that may be."""
        account_id = bank_consent.accounts_of(self.credentials)[account]
        self._calls.forget_limit()
        try:
            with self._counted(account, scope):
                return self._calls.get(f"/accounts/{quote(account_id, safe='')}/{scope}/", query)
        finally:
            limit = self._calls.limit
            if self.quota is not None and limit is not None:
                free_at = self.clock.now() + limit.resets_in
                self.quota.told(account, scope, limit.remaining, free_at)

    @functools.cached_property
    def _calls(self) -> GocardlessCalls:
        """Call with the application's token."""
        return GocardlessCalls(self.http, self.clock, self.application)
