"""What the contract suite is told of Bitcoin: a wallet with every kind of transaction."""

from datetime import UTC, datetime

import httpx

from local.sources.chain import Chain, Record
from local.sources.esplora import Explorer
from tests.connectors.bitcoin_world import STRANGER, ZPUB
from tests.connectors.contract import Answer, Case, Fact, Refusal
from tidemark.connector_kit.bip32 import address, extended_key
from tidemark.connectors.bitcoin import Bitcoin
from tidemark.domain.pages import Window
from tidemark.errors import RateLimited, SourceGarbage, SourceUnavailable

FIRST = "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"
SECOND = "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g"
CHANGE = "bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el"
START = 1_700_000_000

type Coins = list[tuple[str, int]]


def record(digit: str, spend: Coins, pay: Coins, block: int | None, fee: int = 1_000) -> Record:
    """Write a transaction of the block START plus so many minutes; without a block it waits."""
    status: Record = {"confirmed": False}
    if block is not None:
        status = {"confirmed": True, "block_height": 810_000 + block, "block_hash": "00" * 32}
        status["block_time"] = START + 60 * block
    inputs = [{"txid": "ee" * 32, "vout": 0, "prevout": _output(*coin)} for coin in spend]
    new: list[dict[str, object]] = [{"txid": "00" * 32, "prevout": None, "is_coinbase": True}]
    return {
        "txid": digit * 64,
        "vin": [{"is_coinbase": False, "scriptsig": "", **entry} for entry in inputs] or new,
        "vout": [_output(*coin) for coin in pay],
        "fee": fee,
        "status": status,
    }


def _output(at: str, value: int) -> dict[str, object]:
    """Lock a value to an address."""
    return {"scriptpubkey": address(at).script, "scriptpubkey_address": at, "value": value}


def explorer(records: list[Record]) -> Answer:
    """Make an explorer of a chain that is ten blocks longer than the last of these."""
    chain = Chain()
    for each in records:
        chain.add(each)
    chain.tip = 810_020
    serving = Explorer(chain)

    def answer(request: httpx.Request) -> httpx.Response:
        reply = serving.answer(request.url.raw_path.decode())
        return httpx.Response(reply.status, text=reply.text)

    return answer


def golden() -> Answer:
    """A life in nine transactions: the seventh makes no sense, the last two are not final."""
    return explorer(
        [
            record("1", [(STRANGER, 501_000)], [(FIRST, 500_000)], 0),
            record("2", [(FIRST, 500_000)], [(STRANGER, 100_000), (CHANGE, 399_000)], 1),
            record("3", [(CHANGE, 399_000)], [(FIRST, 200_000), (SECOND, 198_000)], 2),
            record("4", [], [(SECOND, 312_500_000)], 3, fee=0),
            record("5", [(FIRST, 200_000), (STRANGER, 7_000)], [(CHANGE, 150_000)], 4, fee=57_000),
            record("6", [(STRANGER, 5_000)], [(FIRST, 1_500), (CHANGE, 2_500)], 4),
            record("7", [(CHANGE, 2_500)], [(STRANGER, 2_000)], 5, fee=900),
            record("8", [(STRANGER, 9_000)], [(SECOND, 8_000)], 16),
            record("9", [(STRANGER, 9_000)], [(SECOND, 8_000)], None),
        ]
    )


def fact(digit: str, minute: int, kind: str, *legs: tuple[str, str]) -> Fact:
    """Write down what must come of a transaction; legs are (amount, role)."""
    at = datetime.fromtimestamp(START + 60 * minute, UTC).isoformat().replace("+00:00", "Z")
    told = tuple(sorted(("BTC", amount, role) for amount, role in legs))
    return Fact(f"wallet:{digit * 64}", digit * 64, at, kind, told)


def burst(count: int) -> tuple[Answer, frozenset[str]]:
    """So many deposits in one block."""
    ids = [f"{number:064x}" for number in range(1, count + 1)]
    records = [{**record("0", [(STRANGER, 2_000)], [(FIRST, 1_000)], 0), "txid": i} for i in ids]
    return explorer(records), frozenset(f"wallet:{txid}" for txid in ids)


CASE = Case(
    connector=Bitcoin,
    credentials={"public_key": ZPUB},
    secrets=(ZPUB, ZPUB[4:24], ZPUB[-20:], extended_key(ZPUB)[0]),
    window=Window(None, datetime(2024, 1, 1, tzinfo=UTC)),
    golden=golden,
    expected=(
        fact("1", 0, "deposit", ("0.00500000", "principal")),
        fact("2", 1, "withdrawal", ("-0.00100000", "principal"), ("-0.00001000", "fee")),
        fact("3", 2, "fee", ("-0.00001000", "fee")),
        fact("4", 3, "deposit", ("3.12500000", "principal")),
        fact("5", 4, "withdrawal", ("-0.00050000", "principal")),
        fact("6", 4, "deposit", ("0.00004000", "principal")),
    ),
    burst=burst,
    page_size=25,
    refusals={
        "busy": Refusal(lambda _: httpx.Response(429, headers={"Retry-After": "3"}), RateLimited),
        "down": Refusal(lambda _: httpx.Response(503), SourceUnavailable),
        "strange": Refusal(lambda _: httpx.Response(200, text="<html>"), SourceGarbage),
        "refused": Refusal(lambda _: httpx.Response(400, text="Bad Request"), SourceGarbage),
    },
    reads=(
        ("GET", r"/api/blocks/tip/height"),
        ("GET", r"/api/address/[0-9A-Za-z]{26,62}(/txs(/chain/[0-9a-f]{64})?)?"),
        ("GET", r"/api/tx/[0-9a-f]{64}/status"),
    ),
    unread=frozenset({"7" * 64 + ":net"}),
    balances={"BTC": "3.12849500"},
)
