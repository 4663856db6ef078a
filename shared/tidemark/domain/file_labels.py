"""What the labels of a transaction file mean: Blockpit's, and our own kinds by name."""

from enum import StrEnum
from typing import NamedTuple

from tidemark.domain.legs import Kind


class Way(StrEnum):
    """Which amounts a row with a label may have."""

    ANY = "any"
    INCOMING = "incoming"
    OUTGOING = "outgoing"


class Meaning(NamedTuple):
    """What a label says of its row."""

    kind: Kind
    way: Way = Way.ANY


BLOCKPIT_LABELS = (
    "Deposit",
    "Withdrawal",
    "Airdrop",
    "Bounties",
    "Lending",
    "Staking",
    "Fee",
    "Margin_trading_profit",
    "Margin_trading_loss",
    "Margin_trading_fee",
)

_MEANINGS = {
    **{kind.value: Meaning(kind) for kind in Kind},
    "deposit": Meaning(Kind.DEPOSIT, Way.INCOMING),
    "withdrawal": Meaning(Kind.WITHDRAWAL, Way.OUTGOING),
    "airdrop": Meaning(Kind.AIRDROP, Way.INCOMING),
    "bounties": Meaning(Kind.REWARD, Way.INCOMING),
    "lending": Meaning(Kind.INTEREST, Way.INCOMING),
    "margin_trading_profit": Meaning(Kind.TRADE, Way.INCOMING),
    "margin_trading_loss": Meaning(Kind.TRADE, Way.OUTGOING),
    "margin_trading_fee": Meaning(Kind.FEE, Way.OUTGOING),
}


def meaning_of(label: str) -> Meaning | None:
    """Give what a label means, however its letters are written; None for a person's own word."""
    return _MEANINGS.get(label.strip().lower())
