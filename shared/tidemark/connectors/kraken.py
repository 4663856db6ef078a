"""Kraken spot accounts (docs.kraken.com/api, REST, "Account Data").

The ledger is the whole truth: signed rows per asset, each with the balance behind it. It comes 50
rows a page, newest first, between ``start`` (exclusive) and ``end`` (inclusive), whole seconds.
"""

import base64
import functools
import hashlib
import hmac
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from tidemark import errors
from tidemark.connector_kit import details, key_rights, shapes
from tidemark.connector_kit.asset_names import AssetNames
from tidemark.connector_kit.base import Connector, Field
from tidemark.connector_kit.ledger_pages import ledger_page
from tidemark.connector_kit.ledger_rows import Kinds, LedgerRows
from tidemark.connector_kit.paging import OffsetWalk
from tidemark.connector_kit.refusals import Refusal, Refusals
from tidemark.domain import amounts, moments
from tidemark.domain.integrations import IntegrationKind
from tidemark.domain.legs import Kind
from tidemark.domain.pages import KeyRights, Page, RateBudget, Scope, Window
from tidemark.domain.transactions import Found

_KINDS = {
    **dict.fromkeys(("trade", "spend", "receive", "sale", "conversion", "nfttrade"), Kind.TRADE),
    **dict.fromkeys(("margin", "settled"), Kind.TRADE),
    **dict.fromkeys(("transfer", "earn", "custodytransfer"), Kind.TRANSFER),
    **dict.fromkeys(("reward", "nftrebate", "invitebonus"), Kind.REWARD),
    **dict.fromkeys(("rollover", "nftcreatorfee"), Kind.FEE),
    **dict.fromkeys(("adjustment", "credit"), Kind.ADJUSTMENT),
    "deposit": Kind.DEPOSIT,
    "withdrawal": Kind.WITHDRAWAL,
    "staking": Kind.STAKING,
    "dividend": Kind.INTEREST,
    "earn/reward": Kind.REWARD,
}
_X = "ETC ETH ICN LTC MLN NMC REP XLM XMR XRP XTZ XVN ZEC DAO"
_Z = "AUD CAD EUR GBP JPY KRW USD"
_ASSETS = AssetNames(
    wallet=re.compile(r"(?P<asset>.+?)((?<=[A-Z]{2})[0-9]{2})?\.(S|M|B|F|P|HOLD)"),
    renamed={
        **{f"X{name}": name for name in _X.split()},
        **{f"Z{name}": name for name in _Z.split()},
        **dict.fromkeys(("XXBT", "XBT"), "BTC"),
        **dict.fromkeys(("XXDG", "XDG"), "DOGE"),
        "ETH2": "ETH",
    },
)
_ROWS = LedgerRows(
    "ledger", Kinds(_KINDS), _ASSETS, frozenset({"KFEE"}), frozenset({"", "Unknown", "unknown"})
)
_BUSY = ("EAPI:Rate limit", "EGeneral:Too many requests", "EService:Throttled")
_LOCKED = ("EGeneral:Temporary lockout",)
_BROKEN = ("EService:", "EGeneral:Internal", "EDatabase:")
_LACKING = "The API key lacks a permission: it needs 'Query Funds' and 'Query Ledger Entries'."
_OVERTAKEN = "Another program uses this API key too: make a key for Tidemark alone."
_REFUSALS = Refusals(
    "error",
    (
        Refusal(errors.RateLimited, "Kraken asks to wait.", _BUSY, timedelta(seconds=45)),
        Refusal(errors.RateLimited, "Kraken locked the key.", _LOCKED, timedelta(minutes=15)),
        Refusal(errors.BadCredentials, "This is no API key of Kraken's.", ("EAPI:Invalid key",)),
        Refusal(errors.BadCredentials, "The secret is wrong.", ("EAPI:Invalid signature",)),
        Refusal(errors.BadCredentials, _OVERTAKEN, ("EAPI:Invalid nonce",)),
        Refusal(errors.BadCredentials, "Kraken disabled the API key.", ("ESession:", "EAuth:")),
        Refusal(errors.MissingPermission, _LACKING, ("EGeneral:Permission denied",)),
        Refusal(errors.SourceUnavailable, "Kraken is not available now.", _BROKEN),
    ),
)
_OPEN_END = "no end of the query range (query_to)"
_NONCE_JUMPS = (0, 1_000, 60_000)
_FOR_DETAILS, _A_WHILE = 7, timedelta(days=1)
_TRADE = {"pair": "pair", "price": "price", "ordertxid": "order"}
_TRANSFER = {"txid": "txid", "info": "address", "method": "network"}


class Kraken(Connector):
    """Reads one Kraken account through its ledger."""

    title = "Kraken"
    kind = IntegrationKind.EXCHANGE
    base_url = "https://api.kraken.com"
    fields = (Field("api_key", "API key"), Field("api_secret", "Private key"))
    streams = ("ledger",)
    scope = Scope(
        reads=(
            "trades, instant buys and conversions",
            "deposits and withdrawals",
            "staking and Earn: rewards, allocations",
            "transfers between Kraken's own wallets",
            "margin: profit and loss, rollover fees",
            "fees, rewards, dividends, adjustments",
        ),
        misses=("Kraken Futures (other keys)", "what an NFT is", "orders that were not filled"),
    )
    overlap = timedelta(hours=24)
    group_span = timedelta(seconds=2)
    running_balances = True
    budget = RateBudget(15, 1 / 3, "points (2 for a page of the ledger or of trades, else 1)")
    needed_rights = ("query-funds", "query-ledger")
    forbidden_rights = ("add-funds", "withdraw-funds", "modify-trades", "close-trades")

    @classmethod
    def check(cls, credentials: Mapping[str, object]) -> dict[str, str]:
        """Check the form; the private key has to be Base64."""
        checked = super().check(credentials)
        fine = {"api_key": checked["api_key"].isascii() and " " not in checked["api_key"]}
        fine["api_secret"] = shapes.is_base64(checked["api_secret"])
        wrong = [f"/credentials/{name}" for name, is_fine in fine.items() if not is_fine]
        if wrong:
            told = [errors.FieldError(name, "This is not as Kraken shows it.") for name in wrong]
            raise errors.Invalid("The credentials are not in the form that is needed.", told)
        return checked

    def page(self, stream: str, window: Window, cursor: str | None, bookmark: str | None) -> Page:
        """Read one page of the ledger, newest first, inside a window frozen at the first page."""
        del stream, bookmark
        walk = OffsetWalk.resume(cursor) if cursor else self._first(window)
        place = {"start": walk.since, "end": walk.until, "ofs": str(walk.offset)}
        answer = shapes.mapping(self._call("Ledgers", place, cost=2, keep=_FOR_DETAILS))
        rows = shapes.mapping(answer, "ledger")
        walk = walk.met(shapes.count(answer.get("count")), rows)
        earliest = window.since and window.since - self.group_span
        return ledger_page(_ROWS, walk, rows, earliest=earliest, span=self.group_span)

    def enrich(self, new: Sequence[Found]) -> Sequence[Found]:
        """Add pair, price and order of trades, txid and address of deposits and withdrawals."""
        facts: details.Facts = {}
        told = [(each.raw, each) for each in new]
        for kind, method, look in (
            ("trade", "TradesHistory", self._trades),
            ("deposit", "DepositStatus", self._transfers),
            ("withdrawal", "WithdrawStatus", self._transfers),
        ):
            word = f'"type":"{kind}"'
            wanted = {each.source_id: each.occurred_at for raw, each in told if word in raw}
            facts |= self._optional.look_up(method, wanted, look)
        details.add(new, facts)
        return new

    def rights(self) -> KeyRights:
        """Say what the key may do; where Kraken does not tell, only whether it is accepted."""
        try:
            key = shapes.mapping(self._call("GetApiKeyInfo", cost=3))
        except (errors.MissingPermission, errors.SourceGarbage):
            self._call("Balance")
            return KeyRights(None)
        since, until = (shapes.moment(key.get(end) or "0") for end in ("query_from", "query_to"))
        has = shapes.listing(key.get("permissions"))
        judged = key_rights.judge(type(self), has, since if since > moments.EARLIEST else None)
        hides = until > moments.EARLIEST
        return replace(judged, missing=(*judged.missing, _OPEN_END)) if hides else judged

    def balances(self, bookmarks: Mapping[str, str] | None = None) -> dict[str, Decimal]:
        """Give the balances per clean asset, staked and plain together."""
        columns: dict[str, list[Decimal]] = {}
        for asset, amount in shapes.mapping(self._call("Balance")).items():
            columns.setdefault(_ASSETS.clean(asset), []).append(shapes.amount(amount))
        return {asset: amounts.total(column) for asset, column in columns.items()}

    def _first(self, window: Window) -> OffsetWalk:
        """Freeze the window, a little wider than asked: rows of one event are not quite at once."""
        margin = 2 * self.group_span + timedelta(seconds=2)
        since = _seconds(window.since - margin) if window.since else None
        return OffsetWalk(since, _seconds(min(window.until, self.clock.now())))

    @functools.cached_property
    def _optional(self) -> details.Optional:
        """Look-ups that the key need not allow."""
        return details.Optional()

    def _trades(self, method: str, wanted: Mapping[str, datetime]) -> details.Facts:
        """Find trades by their ids, which are the refids of their ledger rows."""
        since = _seconds(min(wanted.values()) - self.group_span)

        def fetch(until: datetime, offset: int) -> dict[str, details.Detail]:
            place = {"start": since, "end": _seconds(until), "ofs": str(offset)}
            told = shapes.mapping(self._call(method, place, cost=2), "trades")
            rows = {trade: shapes.mapping(row) for trade, row in told.items()}
            return {
                trade: details.Detail(shapes.moment(row.get("time")), details.pick(row, _TRADE))
                for trade, row in rows.items()
            }

        return details.look_up(wanted, fetch, self.group_span)

    def _transfers(self, method: str, wanted: Mapping[str, datetime]) -> details.Facts:
        """Find deposits or withdrawals by refid: their own times may be a while before."""
        start = _seconds(min(wanted.values()) - _A_WHILE)
        window = {"start": start, "end": _seconds(max(wanted.values()) + _A_WHILE)}
        return details.by_cursor(
            wanted, lambda cursor: self._call(method, {**window, "cursor": cursor}), _TRANSFER
        )

    def _call(
        self,
        method: str,
        place: Mapping[str, str | None] | None = None,
        *,
        cost: float = 1,
        keep: float = 0,
    ) -> object:
        """Call a private method; an overtaken nonce is retried with higher ones."""
        path = f"/0/private/{method}"
        sent = {name: text for name, text in (place or {}).items() if text is not None}
        for jump in _NONCE_JUMPS:
            sign = functools.partial(self._sign, path, sent, jump)
            explain = _REFUSALS.explain_body
            answer = self.http.post(path, sign, cost=cost, keep=keep, explain=explain)
            codes = _REFUSALS.codes(answer)
            if "EAPI:Invalid nonce" not in codes:
                break
        refused = _REFUSALS.explain(codes)
        if refused:
            raise refused
        return shapes.mapping(answer).get("result")

    def _sign(self, path: str, sent: Mapping[str, str], jump: int) -> tuple[bytes, dict[str, str]]:
        """Make body and headers of one request, with a nonce that no request had before."""
        self.nonce = max(self.nonce + 1 + jump, moments.to_milliseconds(self.clock.now()))
        body = urlencode({"nonce": str(self.nonce), **sent})
        return body.encode(), {
            "API-Key": self.credentials["api_key"],
            "API-Sign": signature(self.credentials["api_secret"], path, str(self.nonce), body),
            "Content-Type": "application/x-www-form-urlencoded",
        }


def signature(secret: str, path: str, nonce: str, body: str) -> str:
    """Sign a request (docs.kraken.com/api/docs/guides/spot-rest-auth)."""
    message = path.encode() + hashlib.sha256((nonce + body).encode()).digest()
    return base64.b64encode(hmac.digest(base64.b64decode(secret), message, "sha512")).decode()


def _seconds(moment: datetime) -> str:
    """Spell a time in whole seconds, no earlier than it is."""
    return str(math.ceil(moments.to_seconds(moment)))
