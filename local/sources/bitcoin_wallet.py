"""A made-up life of a wallet on a made-up chain, and what an honest reader must find in it."""

import random
from dataclasses import dataclass, field

from local.sources.chain import Chain, Coin
from tidemark.connector_kit.bip32 import Branch, ScriptType, branches, extended_key

PUBLIC_KEY = (
    "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31m"
    "GDtKsAYz2oz2AGutZYs"
)
"""The account key of BIP 84's example: public, and nobody's."""

_STRANGER = (
    "xpub6BgBgsespWvERF3LHQu6CnqdvfEvtMcQjYrcRzx53QJjSxarj2afYWcLteoGVky7D3UKDP9QyrLprQ3VCECoY49yfd"
    "DEHGCtMMj92pReUsQ"
)
"""The account key of BIP 86's example, for everybody else."""

_FEE = 1_410
_WIDEST_GAP = 5


@dataclass
class Truth:
    """What a reader must find: the amount and the fee of each transaction, in satoshi."""

    amounts: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def balance(self) -> int:
        """Give what is left."""
        return sum(amount - fee for amount, fee in self.amounts.values())


@dataclass
class WalletLife:
    """Lives a wallet's life, the same for the same seed."""

    chain: Chain
    seed: int = 1
    truth: Truth = field(default_factory=Truth)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._receive, self._change = _branches(PUBLIC_KEY, ScriptType.P2WPKH)
        self._strangers, _ = _branches(_STRANGER, ScriptType.P2TR)
        self._coins: list[Coin] = []
        self._received = self._changed = 0

    def live(self, events: int) -> Truth:
        """Let so many things happen, and six more blocks pass."""
        self.go_on(events)
        self.chain.mine(6)
        return self.truth

    def go_on(self, events: int) -> None:
        """Let so many things happen; some blocks hold several."""
        acts = [self.receive, self.receive, self.receive, self.spend, self.spend, self.merge]
        for _ in range(events):
            self._chance.choice([*acts, self.move])()
            self.others()
            if self._chance.random() < 0.7:  # noqa: PLR2004
                self.chain.mine(self._chance.randint(1, 40))

    def receive(self) -> None:
        """Be paid by somebody, now and then on an address that was used before."""
        value = self._chance.randint(10_000, 50_000_000)
        if self._chance.random() < 0.8 or not self._received:  # noqa: PLR2004
            self._received += self._chance.randint(1, _WIDEST_GAP)
        mine = self._receive.place(self._received - 1).address
        pays = [(mine, value), (self._stranger(), 700)]
        made = self.chain.send([self._strange_coin(value + 700 + _FEE)], pays)
        self._note(made[0].txid, value, 0, [made[0]])

    def spend(self) -> None:
        """Pay somebody with one coin and take the change back."""
        coin = self._take()
        if coin is None:
            self.receive()
            return
        value = (coin.value - _FEE) // self._chance.randint(2, 5)
        change = coin.value - _FEE - value
        made = self.chain.send([coin], [(self._stranger(), value), (self._next_change(), change)])
        self._note(made[0].txid, -value, _FEE, [made[1]])

    def merge(self) -> None:
        """Join coins into one."""
        coins = [coin for coin in (self._take(), self._take(), self._take()) if coin]
        if not coins:
            self.receive()
            return
        left = sum(coin.value for coin in coins) - _FEE
        made = self.chain.send(coins, [(self._next_change(), left)])
        self._note(made[0].txid, 0, _FEE, made)

    def move(self) -> None:
        """Send a coin to an own receiving address."""
        coin = self._take()
        if coin is None or not self._received:
            self.receive()
            return
        place = self._receive.place(self._chance.randrange(self._received))
        made = self.chain.send([coin], [(place.address, coin.value - _FEE)])
        self._note(made[0].txid, 0, _FEE, made)

    def others(self) -> None:
        """Let strangers pay each other."""
        self.chain.send([self._strange_coin(90_000)], [(self._stranger(), 88_000)])

    def _note(self, txid: str, amount: int, fee: int, coins: list[Coin]) -> None:
        """Write down what happened."""
        self.truth.amounts[txid] = (amount, fee)
        self._coins.extend(coins)

    def _take(self) -> Coin | None:
        """Take a coin that is worth spending out of the purse."""
        rich = [coin for coin in self._coins if coin.value > 3 * _FEE]
        if not rich:
            return None
        coin = self._chance.choice(rich)
        self._coins.remove(coin)
        return coin

    def _next_change(self) -> str:
        """Give the next unused change address."""
        self._changed += 1
        return self._change.place(self._changed - 1).address

    def _stranger(self) -> str:
        """Give somebody else's address."""
        return self._strangers.place(self._chance.randrange(50)).address

    def _strange_coin(self, value: int) -> Coin:
        """Give somebody else's coin."""
        return self.chain.strange_coin(self._stranger(), value)


def _branches(key: str, kind: ScriptType) -> tuple[Branch, Branch]:
    """Give receive and change of a key under one script type."""
    plain, _ = extended_key(key)
    receive, change = branches(plain, (kind,))
    return receive, change
