"""Made-up histories of a Kraken account: the same for the same seed, and never the same twice.

A history holds what real ones are full of: trades whose legs are milliseconds apart, fees in the
leg, KFEE rows, instant buys, staking rewards without a refid, moves into Earn and staking,
withdrawals that came back, and bursts of rows in one second.
"""

import base64
import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from local.sources.kraken_records import TICKS, History, Record, clean, spell_time

FIRST = datetime(2021, 1, 1, tzinfo=UTC)
LAST = datetime(2025, 12, 1, tzinfo=UTC)
PAIRS = (
    ("XXBTZEUR", "XXBT", "ZEUR", "31000.5"),
    ("XETHZEUR", "XETH", "ZEUR", "2000.25"),
    ("XXBTZUSD", "XXBT", "ZUSD", "34000.1"),
    ("XDGEUR", "XXDG", "ZEUR", "0.0795"),
    ("DOTEUR", "DOT", "ZEUR", "6.1234"),
    ("SOLUSD", "SOL", "ZUSD", "91.37"),
    ("ETHXBT", "XETH", "XXBT", "0.06512"),
)
_PARKED = (("DOT", "DOT28.S"), ("XETH", "ETH2.S"))
_EARNING = (("DOT", "DOT.F"), ("SOL", "SOL.F"), ("XXBT", "XBT.M"), ("USDC", "USDC.M"))


NOTHING = Decimal(0)


class Row(NamedTuple):
    """A ledger row before it has a balance; ``at`` counts ticks since 1970."""

    at: int
    id: str
    refid: str
    type: str
    subtype: str
    asset: str
    amount: Decimal
    fee: Decimal = NOTHING


def generate(
    rows: int, *, seed: int = 1, burst_rows: int = 0, burst: int = 20, trades_only: bool = False
) -> History:
    """Make a history of exactly so many ledger rows, ``burst_rows`` of them in bursts.

    The rows of one burst, ``burst`` of them, share a second. With ``trades_only`` every two rows
    are one trade.
    """
    maker = _Maker(random.Random(seed), trades_only=trades_only)
    moments = _moments(maker.chance, rows, burst_rows, burst)
    while len(maker.rows) < rows:
        maker.event(next(moments), room=rows - len(maker.rows))
    ledger = list(_with_balances(sorted(maker.rows)))
    return History(ledger, sorted(maker.trades), sorted(maker.deposits), sorted(maker.withdrawals))


def _moments(chance: random.Random, rows: int, burst_rows: int, burst: int) -> Iterator[int]:
    """Give the ticks at which events happen, some of them many in one second."""
    span = int((LAST - FIRST).total_seconds()) * TICKS
    first = int(FIRST.timestamp()) * TICKS
    bursts = {chance.randrange(max(1, rows // 2)) for _ in range(burst_rows // max(1, burst))}
    step = span // max(1, rows)
    at = first
    for number in range(rows + 1):
        at += chance.randrange(step, 2 * step)
        yield min(at, first + span)
        if number in bursts:
            second = at - at % TICKS
            for _ in range(burst // 2):
                yield second + chance.randrange(TICKS - 100)
    while True:
        yield first + span


def _with_balances(rows: list[Row]) -> Iterator[Record]:
    """Write behind each row, oldest first, the balance that it leads to."""
    balances: dict[str, Decimal] = {}
    for row in rows:
        balance = balances.get(row.asset, Decimal(0)) + row.amount - row.fee
        balances[row.asset] = balance
        spelled = (
            f'"{row.id}":{{"refid":"{row.refid}","time":{spell_time(row.at)},"type":"{row.type}",'
            f'"subtype":"{row.subtype}","aclass":"currency","asset":"{row.asset}",'
            f'"amount":"{row.amount:f}","fee":"{row.fee:f}","balance":"{balance:f}"}}'
        )
        yield Record(row.at, row.id, spelled.encode())


class _Maker:
    """Makes events one after the other."""

    def __init__(self, chance: random.Random, *, trades_only: bool) -> None:
        self.chance = chance
        self.rows: list[Row] = []
        self.trades: list[Record] = []
        self.deposits: list[Record] = []
        self.withdrawals: list[Record] = []
        trade = (self._trade, 2)
        self._kinds = (trade,) if trades_only else (*(trade,) * 12, *self._all_but_trades())

    def _all_but_trades(self) -> tuple[tuple[Callable[[int], None], int], ...]:
        """Give what makes other events, and how many rows each has at most."""
        return (
            *((self._transfer, 1),) * 3,
            *((self._reward, 1),) * 3,
            (self._instant_buy, 2),
            (self._move, 2),
            (self._earn, 2),
            (self._returned, 2),
            (self._with_credits, 3),
            (self._adjustment, 1),
        )

    def event(self, at: int, room: int) -> None:
        """Add one event of at most ``room`` rows."""
        make, size = self.chance.choice(self._kinds)
        if size > room:
            make = self._reward
        make(at)

    def _id(self, letter: str) -> str:
        """Make an id in Kraken's form: ``L4UESK-KG3EQ-UFO4T5``."""
        text = base64.b32encode(self.chance.randbytes(10)).decode()
        return f"{letter}{text[:5]}-{text[5:10]}-{text[10:16]}"

    def _amount(self, most: int, decimals: int) -> Decimal:
        """Make a positive amount."""
        return Decimal(self.chance.randrange(1, most * 10**decimals)).scaleb(-decimals)

    def _add(self, at: int, refid: str, words: str, asset: str, *moved: Decimal) -> None:
        """Add a ledger row: ``words`` are type and subtype, ``moved`` are amount and fee."""
        kind, _, sub = words.partition("/")
        self.rows.append(Row(at, self._id("L"), refid, kind, sub, asset, *moved))

    def _trade(self, at: int) -> None:
        """Buy or sell; the legs are a few ticks apart, the fee is in the quote."""
        pair, base, quote, price = self.chance.choice(PAIRS)
        volume, refid = self._amount(2, 8), self._id("T")
        cost = (volume * Decimal(price)).quantize(Decimal("0.0001"))
        fee = (cost * Decimal("0.0026")).quantize(Decimal("0.0001"))
        sign = self.chance.choice((1, -1))
        self._add(at, refid, "trade", base, volume * sign)
        self._add(at + self.chance.randrange(30), refid, "trade", quote, -cost * sign, fee)
        shown = (
            f'"{refid}":{{"ordertxid":"{self._id("O")}","pair":"{pair}","time":{spell_time(at)},'
            f'"type":"{"buy" if sign > 0 else "sell"}","ordertype":"limit","price":"{price}",'
            f'"cost":"{cost:f}","fee":"{fee:f}","vol":"{volume:f}","margin":"0.00000","misc":""}}'
        )
        self.trades.append(Record(at, refid, shown.encode()))

    def _with_credits(self, at: int) -> None:
        """Trade, and pay the fee in Kraken's fee credits: a row of its own."""
        self._trade(at)
        self._add(at + 40, self.rows[-1].refid, "trade", "KFEE", -self._amount(50, 2))

    def _instant_buy(self, at: int) -> None:
        """Buy by the button: spend and receive under one refid."""
        refid, base = self._id("TS"), self.chance.choice(("XXBT", "XETH", "DOT"))
        self._add(at, refid, "spend", "ZEUR", -self._amount(500, 4), self._amount(2, 4))
        self._add(at + 3, refid, "receive", base, self._amount(1, 10))

    def _transfer(self, at: int) -> None:
        """Deposit or withdraw, known to the list of transfers a minute before."""
        asset = self.chance.choice(("XXBT", "XETH", "ZEUR", "ZUSD", "DOT", "SOL", "USDC"))
        incoming = self.chance.random() < 0.6  # noqa: PLR2004 - most accounts take in more
        amount, refid = (
            self._amount(3 if asset[0] == "X" else 4000, 8),
            self._id("Q" if incoming else "A"),
        )
        fee = Decimal(0) if incoming else self._amount(1, 3).scaleb(-1)
        kind, into = ("deposit", self.deposits) if incoming else ("withdrawal", self.withdrawals)
        self._add(at, refid, kind, asset, amount if incoming else -amount, fee)
        shown = {
            "method": f"{clean(asset)} network",
            "aclass": "currency",
            "asset": asset,
            "refid": refid,
            "txid": self.chance.randbytes(32).hex(),
            "info": f"addr-{refid}",
            "amount": f"{amount:f}",
            "fee": f"{fee:f}",
            "time": at // TICKS - 60,
            "status": "Success",
        }
        into.append(Record(at - 60 * TICKS, refid, json.dumps(shown).encode()))

    def _reward(self, at: int) -> None:
        """Be paid for staking or Earn; old staking rows have no refid of their own."""
        if self.chance.random() < 0.5:  # noqa: PLR2004 - either
            self._add(at, "Unknown", "staking", "DOT28.S", self._amount(1, 10))
        else:
            asset = self.chance.choice(_EARNING)[1]
            self._add(at, self._id("STR"), "earn/reward", asset, self._amount(1, 8))

    def _move(self, at: int) -> None:
        """Stake: two rows in a pair, each with a refid of its own."""
        spot, parked = self.chance.choice(_PARKED)
        amount = self._amount(20, 8)
        self._add(at, self._id("B"), "transfer/spottostaking", spot, -amount)
        self._add(at + 5, self._id("R"), "transfer/stakingfromspot", parked, amount)

    def _earn(self, at: int) -> None:
        """Allocate to Earn: two rows under one refid."""
        spot, parked = self.chance.choice(_EARNING)
        amount, refid = self._amount(20, 8), self._id("ELF")
        self._add(at, refid, "earn/autoallocation", spot, -amount)
        self._add(at + 1, refid, "earn/autoallocation", parked, amount)

    def _returned(self, at: int) -> None:
        """Withdraw, and get it back."""
        refid, amount, fee = self._id("A"), self._amount(1, 8), Decimal("0.0002")
        self._add(at, refid, "withdrawal", "XXBT", -amount, fee)
        self._add(at + 900, refid, "withdrawal", "XXBT", amount, -fee)

    def _adjustment(self, at: int) -> None:
        """Be given something by the exchange."""
        self._add(at, self._id("ADJ"), "adjustment", "ZEUR", self._amount(3, 4))
