"""Reads a Bitcoin wallet from an explorer (github.com/Blockstream/esplora, API.md).

Addresses are derived here and asked for one by one; an extended key never leaves the process.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import override

from tidemark.connector_kit.base import Connector, Field
from tidemark.connector_kit.esplora import Esplora
from tidemark.connector_kit.private_material import is_private
from tidemark.connector_kit.utxo import Coin
from tidemark.connector_kit.wallet import Wallet, identity_of, normalised
from tidemark.connector_kit.wallet_reader import WalletReader
from tidemark.domain.amounts import units
from tidemark.domain.integrations import IntegrationKind
from tidemark.domain.pages import KeyRights, Page, RateBudget, Scope, Window
from tidemark.errors import FieldError, Invalid

_COIN = Coin("BTC", decimals=8, final=6)
_STREAM, _FIELD = "wallet", "public_key"
_PRIVATE = "This is private: whoever has it can spend. Give a public key or an address."


class Bitcoin(Connector):
    """Reads the addresses of one wallet: those listed, and those of its extended public keys."""

    title = "Bitcoin"
    kind = IntegrationKind.WALLET
    base_url = "https://blockstream.info/api"
    fields = (
        Field(
            _FIELD,
            "Public key",
            "an address, or an extended public key (xpub, ypub, zpub)",
            many=True,
        ),
    )
    streams = (_STREAM,)
    scope = Scope(
        reads=("deposits", "withdrawals", "network fees", "consolidations"),
        misses=("Lightning", "tokens on Bitcoin", "extended keys of multi-signature wallets"),
        since="the wallet's first transaction",
        notes=(
            "Addresses of an extended key are read until 20 in a row are unused, on each branch.",
            "A plain xpub is read under the script types in use; sync missing tries all of them.",
            "A transaction counts with 6 confirmations, and is pending before.",
            "The fee of a transaction with other people's inputs stays part of its amount.",
        ),
    )
    accounts_at_once = 2
    overlap = timedelta(0)
    budget = RateBudget(capacity=100, per_second=4)

    @classmethod
    @override
    def check(cls, credentials: Mapping[str, object]) -> dict[str, str]:
        """Refuse private material before anything else looks at it, then check the form."""
        if any(map(is_private, [*credentials, *map(_spelled, credentials.values())])):
            raise _refusal(_PRIVATE, _PRIVATE, "private_material")
        checked = super().check(credentials)
        try:
            return {_FIELD: normalised(checked[_FIELD])}
        except ValueError as error:
            detail = str(error)
        raise _refusal("The credentials are not in the form that is needed.", detail)

    @classmethod
    @override
    def identity(cls, credentials: Mapping[str, str]) -> str:
        """Give the same for the same keys, in whatever order and wording."""
        return identity_of(credentials[_FIELD])

    @override
    def page(self, stream: str, window: Window, cursor: str | None, bookmark: str | None) -> Page:
        """Probe some addresses, or read one page of one address that has changed."""
        return self._reader.page(window, cursor, bookmark)

    @override
    def rights(self) -> KeyRights:
        """Reach the explorer; a public key cannot spend."""
        self._reader.explorer.tip()
        return KeyRights(read_only=True)

    @override
    def balances(self, bookmarks: Mapping[str, str] | None = None) -> dict[str, Decimal] | None:
        """Give what the final transactions leave: confirmed coins less those not final yet.

        ``bookmarks`` of a reading that has just ended hold it already.
        """
        balance = self._reader.balance((bookmarks or {}).get(_STREAM))
        return None if balance is None else {_COIN.asset: units(balance, _COIN.decimals)}

    @cached_property
    def _reader(self) -> WalletReader:
        """Give the reader of the credentials' wallet."""
        return WalletReader(Wallet(self.credentials[_FIELD]), Esplora(self.http), _COIN)


def _spelled(value: object) -> str:
    """Give all text in a value of any shape."""
    return " ".join(map(_spelled, value)) if isinstance(value, list | tuple) else str(value)


def _refusal(message: str, detail: str, code: str | None = None) -> Invalid:
    """Point at the one field."""
    return Invalid(message, [FieldError(f"/credentials/{_FIELD}", detail)], code)
