"""A Kraken server on this machine: a generated account, served as strictly as the real one does.

It checks signatures and that nonces grow, pages as Kraken pages, and can be told to refuse, to
limit, and to change its rows while it is read: ``python -m local.sources.kraken --rows 10000``.
"""

import argparse
import base64
import bisect
import hashlib
import hmac
import json
import threading
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.message import Message
from urllib.parse import parse_qs

from local.sources.kraken_history import generate
from local.sources.kraken_records import (
    PAGE,
    TICKS,
    History,
    Truth,
    changed,
    cursor_page,
    joined,
    page,
    spell_row,
    sums_by_code,
    truth,
)
from local.sources.serving import Answer, Served

KEY = "tidemark-demo-key"
SECRET = base64.b64encode(b"the secret of the demonstration's account at Kraken").decode()
READ_ONLY = ("query-funds", "query-open-trades", "query-closed-trades", "query-ledger")


@dataclass
class Behaviour:
    """How the server treats its caller; may be changed while it runs.

    Every ``limit_every``-th private call is limited (0: none), by status 429 with ``retry_after``
    or, where that is None, by Kraken's own words. ``refused`` are errors by method.
    ``count_surplus`` is added to the count of the ledger, whose pages have ``page_size`` rows.
    """

    rights: tuple[str, ...] = READ_ONLY
    query_from: int = 0
    query_to: int = 0
    limit_every: int = 0
    retry_after: str | None = None
    refused: dict[str, str] = field(default_factory=dict)
    count_surplus: int = 0
    page_size: int = PAGE


class KrakenSource(Served):
    """The server, on a port of 127.0.0.1; use it in ``with``, or call ``start`` and ``stop``."""

    def __init__(
        self,
        history: History | None = None,
        *,
        port: int = 0,
        key: str = KEY,
        secret: str = SECRET,
        behaviour: Behaviour | None = None,
    ) -> None:
        """Prepare to serve a history; port 0 takes a free one."""
        self.history = history or generate(1_000)
        self.behaviour = behaviour or Behaviour()
        self.key, self._secret = key, base64.b64decode(secret)
        self.credentials = {"api_key": key, "api_secret": secret}
        self.requests: Counter[str] = Counter()
        self.nonces: list[int] = []
        self.lock = threading.Lock()
        self._sums: dict[str, Decimal] | None = None
        super().__init__(port)

    def truth(self) -> Truth:
        """Say what has to come out of the ledger as it is now."""
        return truth(self.history.ledger)

    def append(self, row_id: str, row: Mapping[str, object], at: datetime) -> None:
        """Add a ledger row at its place in time; ``row`` has all members but ``time``."""
        ticks = int(Decimal(at.astimezone(UTC).timestamp()) * TICKS)
        with self.lock:
            self._sums = None
            bisect.insort(self.history.ledger, spell_row(row_id, row, ticks))

    def remove(self, row_id: str) -> None:
        """Take a ledger row away."""
        with self.lock:
            self._sums = None
            self.history.ledger = [r for r in self.history.ledger if r.id != row_id]

    def modify(self, row_id: str, **changes: str) -> None:
        """Change members of a ledger row."""
        with self.lock:
            self._sums = None
            self.history.ledger = [
                changed(record, changes) if record.id == row_id else record
                for record in self.history.ledger
            ]

    def answer(self, method: str, path: str, headers: Message, body: bytes) -> Answer:
        """Answer one request, in Kraken's words."""
        called = path.removeprefix("/0/private/") if method == "POST" else ""
        with self.lock:
            self.requests[called] += 1
            calls = sum(self.requests.values())
            refusal = self._stranger(path, headers, body) or self.behaviour.refused.get(called)
            every = self.behaviour.limit_every
            if not refusal and every and calls % every == 0:
                return self._limited()
        if refusal:
            return Answer(200, json.dumps({"error": [refusal]}).encode())
        read = _METHODS.get(called)
        if read is None:
            return Answer(200, b'{"error":["EGeneral:Unknown method"]}')
        place = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        return Answer(200, b'{"error":[],"result":%s}' % read(self, place))

    def _stranger(self, path: str, headers: Message, body: bytes) -> str | None:
        """Say why the caller is not who it should be."""
        nonce = parse_qs(body.decode()).get("nonce", ["0"])[0]
        digest = hashlib.sha256(nonce.encode() + body).digest()
        signed = base64.b64encode(hmac.digest(self._secret, path.encode() + digest, "sha512"))
        if headers.get("API-Key") != self.key:
            return "EAPI:Invalid key"
        if headers.get("API-Sign", "").encode() != signed:
            return "EAPI:Invalid signature"
        if not nonce.isdigit() or (self.nonces and int(nonce) <= self.nonces[-1]):
            return "EAPI:Invalid nonce"
        self.nonces.append(int(nonce))
        return None

    def _limited(self) -> Answer:
        """Ask the caller to wait."""
        if self.behaviour.retry_after is None:
            return Answer(200, b'{"error":["EAPI:Rate limit exceeded"]}')
        return Answer(429, b"Too Many Requests", self.behaviour.retry_after)

    def ledgers(self, place: Mapping[str, str]) -> bytes:
        """Give a page of the ledger, newest first."""
        shown, count = page(self.history.ledger, place, self.behaviour.page_size)
        told = count + self.behaviour.count_surplus
        return b'{"ledger":{%s},"count":%d}' % (joined(shown), told)

    def trades_history(self, place: Mapping[str, str]) -> bytes:
        """Give a page of the trades, newest first."""
        shown, count = page(self.history.trades, place)
        return b'{"trades":{%s},"count":%d}' % (joined(shown), count)

    def deposit_status(self, place: Mapping[str, str]) -> bytes:
        """Give a page of the deposits, newest first, with the cursor of the next one."""
        return cursor_page(self.history.deposits, place, b"deposit")

    def withdraw_status(self, place: Mapping[str, str]) -> bytes:
        """Give a page of the withdrawals, the same way."""
        return cursor_page(self.history.withdrawals, place, b"withdrawal")

    def balance(self, _place: Mapping[str, str]) -> bytes:
        """Give the balance of each asset, as the ledger adds up."""
        if self._sums is None:
            self._sums = sums_by_code(self.history.ledger)
        return json.dumps({asset: f"{amount:f}" for asset, amount in self._sums.items()}).encode()

    def api_key_info(self, _place: Mapping[str, str]) -> bytes:
        """Describe the key."""
        told = {
            "api_key_name": "demo",
            "permissions": list(self.behaviour.rights),
            "query_from": str(self.behaviour.query_from),
            "query_to": str(self.behaviour.query_to),
            "valid_until": "0",
        }
        return json.dumps(told).encode()


_METHODS = {
    "Ledgers": KrakenSource.ledgers,
    "TradesHistory": KrakenSource.trades_history,
    "DepositStatus": KrakenSource.deposit_status,
    "WithdrawStatus": KrakenSource.withdraw_status,
    "Balance": KrakenSource.balance,
    "GetApiKeyInfo": KrakenSource.api_key_info,
}


def main() -> None:
    """Serve a generated account until interrupted."""
    parser = argparse.ArgumentParser(description="A Kraken server with a made-up account.")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--burst-rows", type=int, default=200)
    parser.add_argument("--port", type=int, default=9001)
    parser.add_argument("--limit-every", type=int, default=0)
    parser.add_argument("--retry-after", default=None)
    chosen = parser.parse_args()
    source = KrakenSource(
        generate(chosen.rows, seed=chosen.seed, burst_rows=chosen.burst_rows),
        port=chosen.port,
        behaviour=Behaviour(limit_every=chosen.limit_every, retry_after=chosen.retry_after),
    )
    print(json.dumps({"url": source.url, **source.credentials}), flush=True)  # noqa: T201
    with suppress(KeyboardInterrupt):
        source.serve()


if __name__ == "__main__":
    main()
