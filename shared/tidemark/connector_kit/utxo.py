"""What a transaction of a UTXO chain does to a set of own scripts.

Records are in the shape of Esplora (github.com/Blockstream/esplora, API.md): ``vin[].prevout`` and
``vout[]`` with ``scriptpubkey`` in hex and ``value`` in the smallest unit.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tidemark.domain.amounts import units
from tidemark.domain.legs import Kind, Leg, Role
from tidemark.domain.pages import Unread
from tidemark.domain.transactions import Found

type Record = Mapping[str, object]

_BULK = ("scriptsig", "witness", "inner_")
_BULK_END = "_asm"


class Row(NamedTuple):
    """One transaction as an explorer lists it; height and time are None while it is unconfirmed."""

    txid: str
    height: int | None
    at: datetime | None
    record: Record


class Coin(NamedTuple):
    """The facts of a chain: its asset, and after how many confirmations a transaction is final."""

    asset: str
    decimals: int
    final: int

    def leg(self, leg_id: str, count: int, role: Role, kind: Kind) -> Leg:
        """Make a leg of a count of smallest units."""
        return Leg(leg_id, self.asset, units(count, self.decimals), role, self.asset, kind)

    def is_final(self, row: Row, tip: int) -> bool:
        """Tell whether a transaction has confirmations enough in a chain of height ``tip``."""
        return row.height is not None and tip - row.height + 1 >= self.final


@dataclass(frozen=True, slots=True)
class Net:
    """The effect of one transaction, in smallest units.

    ``gained`` is what the own scripts have more (or less) afterwards. ``fee`` is what the own
    scripts paid for it, 0 unless all inputs are own. ``mixed`` says that somebody else's inputs
    stand beside own ones: whose fee it is cannot be told then, and it stays inside ``gained``.
    """

    gained: int
    fee: int
    mixed: bool
    coinbase: bool


def net_of(record: Record, own: Collection[str]) -> Net | str:
    """Net a transaction against the own scripts, or say what in it cannot be understood."""
    try:
        return _net_of(record, own)
    except ValueError as error:
        return str(error)


def _net_of(record: Record, own: Collection[str]) -> Net:
    """Net a transaction. Raises ValueError with a reason."""
    inputs, outputs = _all_entries(record, "vin"), _all_entries(record, "vout")
    origins = [_origin(entry) for entry in inputs if not _is_coinbase(entry)]
    coinbase = len(origins) < len(inputs)
    spent, paid = [_coin(o) for o in origins], [_coin(o) for o in outputs]
    own_spent = [coin for coin in spent if coin[0] in own]
    own_paid = [coin for coin in paid if coin[0] in own]
    if not own_spent and not own_paid:
        raise ValueError("it touches none of the wallet's addresses")
    alone = bool(own_spent) and len(own_spent) == len(inputs)
    return Net(
        gained=_sum(own_paid) - _sum(own_spent),
        fee=_fee(record, _sum(spent) - _sum(paid)) if alone else 0,
        mixed=bool(own_spent) and not alone,
        coinbase=coinbase,
    )


def scripts_of(record: Record) -> set[str]:
    """Give all scripts that a record names, as far as it can be understood."""
    entries = [*_entries(record, "vin"), *_entries(record, "vout")]
    coins = [entry.get("prevout", entry) for entry in entries]
    scripts = [coin.get("scriptpubkey") for coin in coins if isinstance(coin, Mapping)]
    return {script for script in scripts if isinstance(script, str)}


def found_of(row: Row, net: Net, coin: Coin, *, otherwise: datetime) -> Found:
    """Make a transaction; one that is in no block yet happened at the moment ``otherwise``."""
    details = {
        "block_height": str(row.height) if row.height is not None else "",
        "mixed_inputs": "yes" if net.mixed else "",
        "coinbase": "yes" if net.coinbase else "",
    }
    return Found(
        id=f"wallet:{row.txid}",
        source_id=row.txid,
        occurred_at=row.at or otherwise,
        legs=legs_of(net, row.txid, coin),
        raw=_spell_record(row.record),
        details={name: fact for name, fact in details.items() if fact},
    )


def unread_of(row: Row, reason: str) -> Unread:
    """Keep a record that is not understood, under the id that its leg will have."""
    return Unread(f"{row.txid}:net", reason, _spell_record(row.record), row.at)


def legs_of(net: Net, txid: str, coin: Coin) -> tuple[Leg, ...]:
    """Make legs that add up to what was gained; a fee stands alone when nothing else moved."""
    principal = net.gained + net.fee
    kind = Kind.WITHDRAWAL if principal < 0 else Kind.DEPOSIT
    legs = []
    if principal or not net.fee:
        legs.append(coin.leg(f"{txid}:net", principal, Role.PRINCIPAL, kind))
    if net.fee:
        legs.append(coin.leg(f"{txid}:fee", -net.fee, Role.FEE, Kind.FEE))
    return tuple(legs)


def _spell_record(record: Record) -> str:
    """Spell a record as a compact JSON list, without the bulk that unlocks its inputs.

    Left out are ``scriptsig``, ``witness``, ``inner_…`` and every ``…_asm``: they say nothing of
    amounts, and can be looked up on the chain.
    """
    return json.dumps([_slim(record)], separators=(",", ":"), ensure_ascii=False, default=str)


def _slim(value: object) -> object:
    """Leave out the bulk of a record, at any depth."""
    if isinstance(value, Mapping):
        return {
            name: _slim(part)
            for name, part in value.items()
            if not name.startswith(_BULK) and not name.endswith(_BULK_END)
        }
    return [_slim(part) for part in value] if isinstance(value, list) else value


def _sum(coins: Iterable[tuple[str, int]]) -> int:
    """Add up the values of coins."""
    return sum(value for _, value in coins)


def _entries(record: Record, name: str) -> list[Record]:
    """Give the objects of a list in a record."""
    value = record.get(name)
    entries = value if isinstance(value, list) else []
    return [entry for entry in entries if isinstance(entry, Mapping)]


def _all_entries(record: Record, name: str) -> list[Record]:
    """Give the objects of a list that holds at least one, and nothing else."""
    entries = _entries(record, name)
    if not entries or entries != record[name]:
        raise ValueError(f"{name} is not a list of objects")
    return entries


def _is_coinbase(entry: Record) -> bool:
    """Tell whether an input makes new coins."""
    return entry.get("is_coinbase") is True


def _origin(entry: Record) -> Record:
    """Give the output that an input spends."""
    origin = entry.get("prevout")
    if isinstance(origin, Mapping):
        return origin
    raise ValueError("an input's origin is missing")


def _fee(record: Record, left: int) -> int:
    """Give the fee; it cannot be more than what inputs leave over outputs.

    It is not computed, for some servers list only the outputs to known addresses.
    """
    fee = record.get("fee")
    if isinstance(fee, int) and fee is not True and 0 <= fee <= left:
        return fee
    raise ValueError("inputs, outputs and fee do not add up")


def _coin(output: Record) -> tuple[str, int]:
    """Give the script and the value of an output."""
    text, value = output.get("scriptpubkey"), output.get("value")
    if isinstance(text, str) and isinstance(value, int) and value is not True and value >= 0:
        return text, value
    raise ValueError("an output has no script, or no whole amount")
