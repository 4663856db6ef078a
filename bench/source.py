"""The source that both contestants read: a Kraken account with nothing but trades.

Beside what the local Kraken server answers there are the public lists that ccxt asks for, and two
paths of the bench's own: ``/bench/truth`` says what has to come out, ``/bench/calls`` how many
calls there were since it was last asked.
"""

import argparse
import json
from email.message import Message
from functools import cached_property

from local.sources.kraken import KrakenSource
from local.sources.kraken_history import PAIRS, generate
from local.sources.serving import Answer


class BenchSource(KrakenSource):
    """The server. Its history does not change."""

    def answer(self, method: str, path: str, headers: Message, body: bytes) -> Answer:
        """Answer one request; those for the bench's own paths are not counted."""
        if path == "/bench/truth":
            return Answer(200, self._spelled_truth)
        if path == "/bench/calls":
            calls = self.requests.total()
            self.requests.clear()
            return Answer(200, json.dumps(calls).encode())
        if path in _PUBLIC:
            self.requests[path] += 1
            return Answer(200, json.dumps({"error": [], "result": _PUBLIC[path]}).encode())
        return super().answer(method, path, headers, body)

    @cached_property
    def _spelled_truth(self) -> bytes:
        """Spell the legs of each transaction and the sums of all."""
        truth = self.truth()
        legs = {name: sorted(each) for name, each in truth.legs.items()}
        sums = {asset: f"{amount:f}" for asset, amount in truth.sums.items()}
        return json.dumps({"legs": legs, "sums": sums}).encode()


def _pair(name: str, base: str, quote: str) -> dict[str, object]:
    """Describe a market as Kraken does, as far as ccxt looks."""
    return {
        "altname": name,
        "wsname": f"{base}/{quote}",
        "aclass_base": "currency",
        "base": base,
        "aclass_quote": "currency",
        "quote": quote,
        "pair_decimals": 5,
        "lot_decimals": 8,
        "leverage_buy": [],
        "fees": [[0, 0.26]],
        "fees_maker": [[0, 0.16]],
        "ordermin": "0.0001",
        "status": "online",
    }


def _asset(name: str) -> dict[str, object]:
    """Describe an asset as Kraken does."""
    plain = name[1:] if len(name) == 4 and name[0] in "XZ" else name
    return {"aclass": "currency", "altname": plain, "decimals": 10, "status": "enabled"}


_PUBLIC = {
    "/0/public/Assets": {name: _asset(name) for pair in PAIRS for name in pair[1:3]},
    "/0/public/AssetPairs": {name: _pair(name, base, quote) for name, base, quote, _ in PAIRS},
}


def main() -> None:
    """Serve a history until stopped; the first line of output is the URL."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--trades", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    chosen = parser.parse_args()
    source = BenchSource(generate(2 * chosen.trades, seed=chosen.seed, trades_only=True))
    print(source.url, flush=True)
    source.serve()


if __name__ == "__main__":
    main()
