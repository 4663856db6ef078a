"""What the connectors of banks have in common: accounts of one consent, one after the other."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from secrets import token_hex
from typing import override

from tidemark.connector_kit import bank_consent, bank_rows
from tidemark.connector_kit.bank_reader import BankReader, Fetched
from tidemark.connector_kit.bank_rows import STREAM, BankRow, Record
from tidemark.connector_kit.bank_walk import LOOKBACK, Days
from tidemark.connector_kit.base import Connector, Field
from tidemark.domain.integrations import IntegrationKind
from tidemark.domain.pages import KeyRights, Page, Window
from tidemark.errors import AskedInVain, SourceUnavailable

_UNATTENDED = 4
"""So often a day a bank is read with nobody there."""

KIND_OF_CUSTOMER = Field(
    "psu_type",
    "Kind of customer",
    "personal (if nothing is given) or business",
    secret=False,
    required=False,
    max_length=8,
)


class BankConnector(Connector):
    """Reads the accounts that one consent names."""

    kind = IntegrationKind.BANK
    streams = (STREAM,)
    overlap = timedelta(days=45)
    lookback = LOOKBACK
    by_consent = True

    @staticmethod
    @abstractmethod
    def understand(record: Record) -> BankRow:
        """Read a row as the aggregator tells it. Raises ValueError, SourceGarbage."""

    @classmethod
    @override
    def check(cls, credentials: Mapping[str, object]) -> dict[str, str]:
        """Check the form: a country of two letters, one of two kinds of customers."""
        return bank_consent.checked_form(super().check(credentials))

    @classmethod
    @override
    def identity(cls, credentials: Mapping[str, str]) -> str:
        """Give the same for the same accounts; before a consent each link is one of its own."""
        return bank_consent.identity_of(cls.name(), credentials, token_hex(16))

    @classmethod
    @override
    def balances_after(cls, raw: str) -> dict[str, Decimal]:
        """Give the balance that a row led to, where the bank says so."""
        return bank_rows.balances_after(raw, cls.understand)

    @classmethod
    @override
    def account_of(cls, transaction_id: str, source_id: str) -> str:
        """Give the account that a row is of, by what stays the same of it."""
        return bank_rows.account_of(transaction_id, source_id)

    @override
    def page(self, stream: str, window: Window, cursor: str | None, bookmark: str | None) -> Page:
        """Read one page of one account; accounts come one after the other."""
        accounts = list(bank_consent.accounts_of(self.credentials))
        reader = BankReader(accounts, self._fetch, self.understand, self.clock.now())
        return reader.page(window, cursor, bookmark)

    @override
    def rights(self) -> KeyRights:
        """Say that a consent only reads; before there is one, that there is such a bank."""
        if bank_consent.ACCOUNTS in self.credentials:
            self.consent_until()
        else:
            self._bank()
        return KeyRights(read_only=True)

    @contextmanager
    def _counted(self, account: str, scope: str) -> Iterator[None]:
        """Count what is asked of an account; where nobody answers, the next sync asks again."""
        if self.quota is None:
            yield
            return
        self.quota.take(account, scope, _UNATTENDED)
        try:
            yield
        except SourceUnavailable as error:
            raise AskedInVain(str(error)) from None

    @abstractmethod
    def _bank(self) -> dict[str, object]:
        """Find the bank that is wanted, as the aggregator describes it. Raises BadCredentials."""

    @abstractmethod
    def _fetch(self, account: str, days: Days, key: str | None) -> Fetched:
        """Fetch a page of an account's rows."""
