"""An explorer on this machine: ``python -m local.sources.esplora --port 9002 [--recorded DIR]``.

It serves a made-up wallet and, if wanted, a recorded one (``address/<a>.txs.json``) as Esplora
does (github.com/Blockstream/esplora, API.md). It keeps a log of what it was asked.
"""

import argparse
import json
import re
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from local.sources.bitcoin_wallet import PUBLIC_KEY, WalletLife
from local.sources.chain import Chain, Record
from local.sources.serving import Answer, Served
from tidemark.connector_kit.bip32 import address as parse_address

_PAGE, _MEMPOOL_PAGE = 25, 50
_TXS = re.compile(r"/address/([^/]+)(/txs(?:/chain/([^/]+))?)?")
_STATUS = re.compile(r"/tx/([^/]+)(/status)?")


class Reply(NamedTuple):
    """An answer: status, text, and how long to wait when it says to."""

    status: int
    text: str
    retry_after: int | None = None


@dataclass
class Explorer:
    """Answers requests about a chain.

    Every ``busy_every``-th request is refused with 429 and ``retry_after`` seconds; 0 is never.
    """

    chain: Chain
    busy_every: int = 0
    retry_after: int | None = 1
    requests: list[str] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def answer(self, path: str) -> Reply:
        """Answer one request."""
        with self._lock:
            self.requests.append(path)
            if self.busy_every and len(self.requests) % self.busy_every == 0:
                return Reply(429, "Too Many Requests", self.retry_after)
            return self._answer(path.removeprefix("/api"))

    @contextmanager
    def changing(self) -> Iterator[Chain]:
        """Give the chain to be changed, while nobody is answered."""
        with self._lock:
            yield self.chain

    def asked(self, pattern: str) -> list[str]:
        """Give the requests whose whole path fits a pattern."""
        return [path for path in self.requests if re.fullmatch(pattern, path)]

    def _answer(self, path: str) -> Reply:
        """Find out what is wanted."""
        if path == "/blocks/tip/height":
            return Reply(200, str(self.chain.tip))
        if match := _STATUS.fullmatch(path):
            return self._transaction(match[1], status_only=match[2] is not None)
        match = _TXS.fullmatch(path)
        if match is None:
            return Reply(404, "Not Found")
        try:
            parse_address(match[1])
        except ValueError:
            return Reply(400, "Invalid Bitcoin address")
        return self._page(match[1], match[3]) if match[2] else self._stats(match[1])

    def _transaction(self, txid: str, *, status_only: bool) -> Reply:
        """Give a transaction, or only its place in the chain."""
        record = self.chain.transaction(txid)
        if record is None:
            return Reply(404, "Transaction not found")
        return _json(record["status"] if status_only else record)

    def _page(self, address: str, last: str | None) -> Reply:
        """Give the first page of an address, or the one after a transaction: none is empty."""
        confirmed = self.chain.confirmed(address)
        if last is None:
            return _json([*self.chain.waiting(address)[:_MEMPOOL_PAGE], *confirmed[:_PAGE]])
        ids = [record["txid"] for record in confirmed]
        after = ids.index(last) + 1 if last in ids else len(ids)
        return _json(confirmed[after : after + _PAGE])

    def _stats(self, address: str) -> Reply:
        """Count what there is of an address."""
        chain, mempool = self.chain.confirmed(address), self.chain.waiting(address)
        counts = {"chain_stats": _count(address, chain), "mempool_stats": _count(address, mempool)}
        return _json({"address": address, **counts})


def _count(address: str, records: list[Record]) -> dict[str, int]:
    """Count transactions, and the coins that they bring and take."""
    funded, spent = [], []
    for record in records:
        inputs, outputs = record["vin"], record["vout"]
        assert isinstance(inputs, list)  # noqa: S101 - records are the chain's own
        assert isinstance(outputs, list)  # noqa: S101
        origins = [entry["prevout"] for entry in inputs if entry["prevout"]]
        spent += [c["value"] for c in origins if c.get("scriptpubkey_address") == address]
        funded += [c["value"] for c in outputs if c.get("scriptpubkey_address") == address]
    return {
        "tx_count": len(records),
        "funded_txo_count": len(funded),
        "funded_txo_sum": sum(funded),
        "spent_txo_count": len(spent),
        "spent_txo_sum": sum(spent),
    }


def _json(value: object) -> Reply:
    """Answer with JSON."""
    return Reply(200, json.dumps(value, separators=(",", ":")))


class EsploraSource(Served):
    """The explorer as a server: a made-up wallet of ``events``, and a recorded one if wanted."""

    def __init__(
        self,
        *,
        port: int = 0,
        seed: int = 1,
        events: int = 60,
        recorded: Path | None = None,
        busy_every: int = 0,
    ) -> None:
        """Make the chain and take a port; 0 is any free one."""
        self.chain = Chain(f"seed {seed}")
        if recorded is not None:
            self.chain.load(recorded)
        self.wallet = WalletLife(self.chain, seed)
        self.truth = self.wallet.live(events)
        self.public_key = PUBLIC_KEY
        self.explorer = Explorer(self.chain, busy_every)
        super().__init__(port)

    def answer(self, method: str, path: str, headers: Message, body: bytes) -> Answer:
        """Answer one request: all that an explorer is asked for is read."""
        del headers, body
        read = method == "GET"
        reply = self.explorer.answer(path) if read else Reply(405, "Method Not Allowed")
        plain = not reply.text.startswith(("[", "{"))
        retry_after = None if reply.retry_after is None else str(reply.retry_after)
        kind = "text/plain" if plain else "application/json"
        return Answer(reply.status, reply.text.encode(), retry_after, kind)

    @property
    def requests(self) -> list[str]:
        """Give the paths of all requests so far."""
        return self.explorer.requests

    def changing(self) -> AbstractContextManager[Chain]:
        """Give the chain to be changed while it is served: send, mine, reorganise."""
        return self.explorer.changing()


def main(arguments: list[str]) -> None:
    """Serve until told to end; say on one line where, and which key can be read."""
    parser = argparse.ArgumentParser(description="An Esplora explorer on this machine.")
    parser.add_argument("--port", type=int, default=9002)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--events", type=int, default=60)
    parser.add_argument("--recorded", type=Path)
    parser.add_argument("--busy-every", type=int, default=0)
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    with EsploraSource(**vars(parser.parse_args(arguments))) as source:
        facts = {"ready": True, "url": source.url, "public_key": source.public_key}
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()
        ended.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
