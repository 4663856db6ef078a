"""A small chain of blocks that tests and the demo write themselves, in Esplora's shapes."""

import hashlib
import itertools
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from tidemark.connector_kit.bip32 import address as parse_address

type Record = dict[str, object]

_FIRST_HEIGHT, _FIRST_TIME, _BLOCK_TIME = 800_000, 1_690_168_629, 600


class Coin(NamedTuple):
    """An output that can be spent."""

    txid: str
    vout: int
    address: str
    value: int


class Chain:
    """Blocks, and the transactions that wait for one.

    ``noise`` makes the ids of this chain differ from another's.
    """

    def __init__(self, noise: str = "") -> None:
        """Start with one empty block."""
        self.tip = _FIRST_HEIGHT
        self._noise = noise
        self._numbers = itertools.count()
        self._records: dict[str, Record] = {}
        self._mempool: list[str] = []
        self._blocks: dict[int, list[str]] = defaultdict(list)
        self._touching: dict[str, set[str]] = defaultdict(set)

    def send(self, spend: Sequence[Coin], pay: Sequence[tuple[str, int]]) -> list[Coin]:
        """Make a transaction that waits for a block; what is not paid out is the fee.

        Without coins to spend it is a coinbase. Gives the new coins, in order.
        """
        txid = self._new_id()
        paid = sum(value for _, value in pay)
        self._put(
            {
                "txid": txid,
                "version": 2,
                "locktime": 0,
                "vin": [_input(coin) for coin in spend] or [_COINBASE],
                "vout": [_output(address, value) for address, value in pay],
                "size": 222,
                "weight": 561,
                "fee": sum(coin.value for coin in spend) - paid if spend else 0,
                "status": {"confirmed": False},
            }
        )
        self._mempool.append(txid)
        return [Coin(txid, vout, address, value) for vout, (address, value) in enumerate(pay)]

    def strange_coin(self, address: str, value: int) -> Coin:
        """Make up a coin whose origin is not in this chain."""
        return Coin(self._new_id(), 0, address, value)

    def mine(self, blocks: int = 1) -> None:
        """Confirm what waits in one block, and put empty ones on top."""
        for _ in range(blocks):
            self.tip += 1
            for txid in self._mempool:
                self._confirm(
                    txid, self.tip, _FIRST_TIME + (self.tip - _FIRST_HEIGHT) * _BLOCK_TIME
                )
            self._mempool.clear()

    def reorganise(self, depth: int, lost: Iterable[str] = ()) -> None:
        """Take the top blocks off; their transactions wait again, but for those ``lost``."""
        lost = set(lost)
        for height in range(self.tip, self.tip - depth, -1):
            for txid in self._blocks.pop(height, []):
                self._records[txid]["status"] = {"confirmed": False}
                self._mempool.append(txid)
        self.tip -= depth
        self._mempool = [txid for txid in self._mempool if txid not in lost]
        for txid in lost:
            self._records.pop(txid, None)
            for touching in self._touching.values():
                touching.discard(txid)

    def load(self, folder: Path) -> None:
        """Add a recorded history: ``address/<a>.txs.json``, each newest first."""
        for path in sorted(folder.glob("address/*.txs.json")):
            for record in reversed(json.loads(path.read_text())):
                self.add(record)

    def add(self, record: Record) -> None:
        """Add a transaction as it stands, once."""
        txid, status = str(record["txid"]), record["status"]
        if txid in self._records:
            return
        self._put(record)
        if isinstance(status, dict) and status.get("confirmed") is True:
            height, _ = _place(record)
            self._blocks[height].append(txid)
            self.tip = max(self.tip, height)
        else:
            self._mempool.append(txid)

    def transaction(self, txid: str) -> Record | None:
        """Give a transaction."""
        return self._records.get(txid)

    def waiting(self, address: str) -> list[Record]:
        """Give the unconfirmed transactions of an address, newest first."""
        touching = self._touching.get(address, set())
        return [self._records[txid] for txid in reversed(self._mempool) if txid in touching]

    def confirmed(self, address: str) -> list[Record]:
        """Give the confirmed transactions of an address, newest first."""
        waiting = set(self._mempool)
        txids = [txid for txid in self._touching.get(address, ()) if txid not in waiting]
        places = {txid: _place(self._records[txid]) for txid in txids}
        return [self._records[txid] for txid in sorted(txids, key=places.__getitem__, reverse=True)]

    def _put(self, record: Record) -> None:
        """Add a transaction and note whom it touches."""
        txid = str(record["txid"])
        self._records[txid] = record
        for address in addresses_of(record):
            self._touching[address].add(txid)

    def _confirm(self, txid: str, height: int, time: int) -> None:
        """Put a transaction into a block."""
        digest = hashlib.sha256(f"{self._noise}/{height}".encode()).hexdigest()
        status = {"block_height": height, "block_hash": digest, "block_time": time}
        self._records[txid]["status"] = {"confirmed": True, **status}
        self._blocks[height].append(txid)

    def _new_id(self) -> str:
        """Make up an id."""
        return hashlib.sha256(f"{self._noise}/{next(self._numbers)}".encode()).hexdigest()


_COINBASE: Record = {
    "txid": "0" * 64,
    "vout": 2**32 - 1,
    "prevout": None,
    "scriptsig": "03a0bb0c",
    "is_coinbase": True,
    "sequence": 2**32 - 1,
}


def addresses_of(record: Record) -> set[str]:
    """Give the addresses that a transaction takes from and pays to."""
    inputs, outputs = record["vin"], record["vout"]
    assert isinstance(inputs, list)  # noqa: S101 - records are made here, or recorded
    assert isinstance(outputs, list)  # noqa: S101
    coins = [entry["prevout"] for entry in inputs if entry["prevout"]] + outputs
    return {coin["scriptpubkey_address"] for coin in coins if coin.get("scriptpubkey_address")}


def _place(record: Record) -> tuple[int, str]:
    """Give where a confirmed transaction stands: its block, and there the order of ids."""
    status = record["status"]
    assert isinstance(status, dict)  # noqa: S101 - records are made here, or recorded
    return int(status["block_height"]), str(record["txid"])


def _input(coin: Coin) -> Record:
    """Spend a coin."""
    return {
        "txid": coin.txid,
        "vout": coin.vout,
        "prevout": _output(coin.address, coin.value),
        "scriptsig": "",
        "scriptsig_asm": "",
        "witness": ["30" * 71, "02" * 33],
        "is_coinbase": False,
        "sequence": 2**32 - 3,
    }


def _output(address: str, value: int) -> Record:
    """Lock a value to an address."""
    return {
        "scriptpubkey": parse_address(address).script,
        "scriptpubkey_address": address,
        "value": value,
    }
