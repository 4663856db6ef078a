"""Bank accounts through Enable Banking (enablebanking.com/docs/api/reference, API 1.0.0).

The deployment has an application there, whose key signs each call; an owner consents at the bank's
own page. The accounts' ``uid`` is new with each consent, ``identification_hash`` stays. A row's
``entry_reference`` is its identity where there is one; ``transaction_id`` never is.

Enable Banking takes one-time passwords at its own page and not by its API. Where a bank asks for
one in between all the same, what the owner answers is sent with the repeated request, in the header
``Psu-Otp``: that is this project's own way, which the server in ``local.sources`` understands.
"""

import json
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime, timedelta
from decimal import Decimal
from typing import override
from urllib.parse import quote

from tidemark import errors
from tidemark.connector_kit import bank_consent, enable_banking_codes, rs256, shapes
from tidemark.connector_kit.bank import KIND_OF_CUSTOMER, BankConnector
from tidemark.connector_kit.bank_balances import booked_sums
from tidemark.connector_kit.bank_consent import PSU_TYPES, chosen
from tidemark.connector_kit.bank_reader import Fetched, TooFarBack
from tidemark.connector_kit.bank_rows import STREAM
from tidemark.connector_kit.bank_walk import Days
from tidemark.connector_kit.base import Field
from tidemark.connector_kit.enable_banking_rows import account_names, balance, understand
from tidemark.domain.consents import Answer, Granted, Link
from tidemark.domain.pages import Scope

_ISSUER, _AUDIENCE = "enablebanking.com", "api.enablebanking.com"
_LONGEST_CONSENT, _LINK_LIFETIME = timedelta(days=180), timedelta(hours=1)
_CLOCKS_DIFFER = timedelta(minutes=5)
"""So much less than the most is asked for: a bank whose clock is behind would refuse the most."""
_PSU = "psu_headers"
_WAITING = frozenset({"PENDING_AUTHORIZATION", "RETURNED_FROM_BANK"})


class EnableBanking(BankConnector):
    """Reads the accounts that one consent names."""

    title = "Bank (Enable Banking)"
    base_url = "https://api.enablebanking.com"
    fields = (
        Field("aspsp", "Bank", "as Enable Banking calls it", secret=False, max_length=140),
        Field("country", "Country", "two letters", secret=False, max_length=2),
        KIND_OF_CUSTOMER,
    )
    scope = Scope(
        reads=("booked transactions", "pending transactions, apart", "balances of what is booked"),
        misses=("securities", "what a card was charged before it is booked", "standing orders"),
        since="as far back as the bank goes when it was just connected: two years, or 90 days",
        notes=(
            "The bank's consent ends after 180 days at the latest; renewing it keeps everything.",
            "Without its customer a bank is read four times a day at most.",
            "A row without a time of its own stands at the beginning of its day (UTC).",
        ),
    )
    understand = staticmethod(understand)
    _otp: str | None = None
    _answered = False
    _too_far = ""

    @override
    def balances(self, bookmarks: Mapping[str, str] | None = None) -> dict[str, Decimal] | None:
        """Give what is booked per currency, over all accounts; None if a bank does not say."""
        told = []
        for account in bank_consent.accounts_of(self.credentials):
            answer = self._of_account(account, "balances", self._psu())
            rows = shapes.listing(answer.get("balances"))
            told.append([balance(shapes.mapping(row)) for row in rows])
        return booked_sums(told, ("CLBD", "ITBD"))

    @override
    def consent_until(self) -> datetime | None:
        """Ask how the consent stands."""
        session = self.credentials.get("session_id")
        if not session:
            raise bank_consent.consent_needed()
        told = shapes.mapping(self._get(f"/sessions/{quote(session, safe='')}"))
        status = shapes.text(told.get("status"))
        if status in _WAITING:
            raise bank_consent.consent_needed()
        if status != "AUTHORIZED":
            raise errors.ConsentGone("The bank's consent has ended: connect the bank again.")
        return shapes.date_time(shapes.mapping(told, "access").get("valid_until"))

    @override
    def answer(self, answer: Answer) -> None:
        """Take an owner's answer: the next request for transactions is the repeated one."""
        self._otp, self._answered = answer.otp, True

    @override
    def link(self, state: str, return_to: str) -> Link:
        """Ask for the bank's page; its consent is to last as long as the bank allows."""
        wanted = self.credentials
        bank, now = self._bank(), self.clock.now()
        most = timedelta(seconds=shapes.count(bank.get("maximum_consent_validity")) or 0)
        until = now + min(most or _LONGEST_CONSENT, _LONGEST_CONSENT) - _CLOCKS_DIFFER
        told = {
            "access": {"valid_until": until.isoformat(), "balances": True, "transactions": True},
            "aspsp": {"name": bank["name"], "country": wanted["country"]},
            "state": state,
            "redirect_url": return_to,
            "psu_type": wanted.get("psu_type", PSU_TYPES[0]),
        }
        answer = shapes.mapping(self._post("/auth", told))
        required = shapes.listing(bank.get("required_psu_headers"))
        keep = {"aspsp": shapes.text(bank["name"]), _PSU: ",".join(map(shapes.text, required))}
        return Link(bank_consent.page_of(answer.get("url")), now + _LINK_LIFETIME, keep)

    @override
    def _bank(self) -> dict[str, object]:
        """Find the bank that is wanted, if it serves such customers. Raises BadCredentials."""
        wanted = self.credentials
        known = {shapes.text(bank["name"]): bank for bank in self.banks(wanted["country"])}
        bank = known[chosen(wanted["aspsp"], wanted["country"], known)]
        psu_type, served = wanted.get("psu_type", PSU_TYPES[0]), bank.get("psu_types")
        if served and psu_type not in shapes.listing(served):
            raise errors.BadCredentials(f"This bank takes no {psu_type} customers here.")
        return bank

    def banks(self, country: str) -> list[dict[str, object]]:
        """List the banks of a country."""
        answer = shapes.mapping(self._get("/aspsps", {"country": country}))
        banks = map(shapes.mapping, shapes.listing(answer.get("aspsps")))
        return [bank for bank in banks if bank.get("name") and bank.get("country") == country]

    @override
    def grant(self, code: str, keep: Mapping[str, str]) -> Granted:
        """Make a session of the code; the accounts are kept by what stays the same of them."""
        told = shapes.mapping(self._post("/sessions", {"code": code}))
        accounts = account_names(shapes.listing(told.get("accounts")))
        credentials = {
            **{name: self.credentials[name] for name in ("aspsp", "country")},
            **keep,
            "psu_type": self.credentials.get("psu_type", PSU_TYPES[0]),
            "session_id": shapes.text(told.get("session_id")),
            bank_consent.ACCOUNTS: bank_consent.spell_accounts(accounts),
        }
        until = shapes.date_time(shapes.mapping(told, "access").get("valid_until"))
        return Granted(credentials, frozenset(accounts), until)

    def _fetch(self, account: str, days: Days, key: str | None) -> Fetched:
        """Fetch a page of an account's rows."""
        query = {"strategy": "longest" if days.longest else "default"}
        if days.since is not None:
            query["date_from"] = days.since.isoformat()
        if days.until is not None and not days.longest:
            query["date_to"] = days.until.isoformat()
        if key is not None:
            query["continuation_key"] = key
        headers, again = self._psu(), key is not None or self._answered or self._too_far == account
        if self._otp is not None:
            headers["Psu-Otp"] = self._otp
        try:
            told = self._of_account(account, STREAM, headers, query, counted=not again)
        except TooFarBack:
            self._too_far = account
            raise
        except errors.OwnerNeeded:
            self._otp, self._answered = None, False
            raise
        self._otp, self._answered = None, False
        rows = shapes.listing(told.get("transactions"))
        return Fetched(rows, shapes.text(told.get("continuation_key")) or None)

    def _of_account(
        self,
        account: str,
        scope: str,
        headers: Mapping[str, str],
        query: Mapping[str, str] | None = None,
        *,
        counted: bool = True,
    ) -> dict[str, object]:
        """Ask for something of an account; without headers about an owner, it is counted."""
        uid = bank_consent.accounts_of(self.credentials)[account]
        counting = self._counted(account, scope) if counted and not headers else nullcontext()
        with counting:
            answer = self._get(f"/accounts/{quote(uid, safe='')}/{scope}", query, headers)
        return shapes.mapping(answer)

    def _psu(self) -> dict[str, str]:
        """Give the headers about an owner who is there."""
        required = self.credentials.get(_PSU, "")
        return bank_consent.psu_headers(self.present, [n for n in required.split(",") if n])

    def _get(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> object:
        """Ask for something."""
        every = {**self._authorization(), **(headers or {})}
        return self.http.get(path, query, every, explain=enable_banking_codes.explain)

    def _post(self, path: str, told: Mapping[str, object]) -> object:
        """Tell something."""
        headers = {**self._authorization(), "Content-Type": "application/json"}
        content = json.dumps(told).encode()
        return self.http.post(
            path, lambda: (content, headers), explain=enable_banking_codes.explain
        )

    def _authorization(self) -> dict[str, str]:
        """Show the application's token."""
        token = rs256.token(self.application, _ISSUER, _AUDIENCE, self.clock.now())
        return {"Authorization": f"Bearer {token}"}
