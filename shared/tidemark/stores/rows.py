"""How a transaction is kept as an item: spelled by hand, since a history has many of them.

What an item leaves out is empty: ``details`` and ``overlay`` (JSON texts), ``raw`` (JSON text:
plain where the item is no more than a write unit then, since compressing costs as much as all the
rest; compressed elsewhere). A record that is larger than DynamoDB could take is not kept raw.
"""

import base64
import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring as _plain
from json.encoder import encode_basestring_ascii as quote
from typing import Any

from tidemark.domain import moments
from tidemark.domain.legs import parse_legs, spell_legs
from tidemark.domain.transactions import Known, Origin, State, Transaction
from tidemark.stores.table import Item

KNOWN = (
    "#transaction_id, #occurred_at, #legs, #state, #revision, #import_id, #imported_at, #overlay"
)
LISTED = f"{KNOWN}, #origin, #source_id"
DETAILED = f"{LISTED}, #details"

_ROOM, _LARGEST_RAW = 1_024 - 250, 300_000
"""Bytes in a write unit beside names, times, partition and single words; and the most packed."""

_WINDOW_BITS, _MEMORY_LEVEL = 12, 4
"""Little memory to clear: records are short, and five times as many are packed in a second."""

_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False)
_spell_again = lru_cache(maxsize=4)(moments.spell)


def put_request(partition: str, row: Transaction) -> str:
    """Spell the request to write a transaction into the partition of its integration."""
    legs, details, overlay = spell_legs(row.legs), _details(row), _overlay(row)
    text = (
        f'{{"PutRequest":{{"Item":{{"integration_key":{{"S":{quote(partition)}}},'
        f'"transaction_id":{{"S":{quote(row.id)}}},"source_id":{{"S":{quote(row.source_id)}}},'
        f'"occurred_at":{{"S":"{moments.spell(row.occurred_at)}"}},"legs":{{"S":{quote(legs)}}},'
        f'"imported_at":{{"S":"{_spell_again(row.imported_at)}"}},'
        f'"import_id":{{"S":{quote(row.import_id)}}},"origin":{{"S":"{row.origin.value}"}},'
        f'"state":{{"S":"{row.state.value}"}},"revision":{{"N":"{row.revision}"}}'
    )
    if details:
        text += f',"details":{{"S":{quote(details)}}}'
    if overlay:
        text += f',"overlay":{{"S":{quote(overlay)}}}'
    raw = _raw(row, legs, details, overlay)
    if isinstance(raw, str):
        text += f',"raw":{{"S":{quote(raw)}}}'
    elif raw:
        text += f',"raw":{{"B":"{base64.b64encode(raw).decode()}"}}'
    return f"{text}}}}}}}"


def values(row: Transaction) -> dict[str, object]:
    """Give all attributes beside the key as plain data; what is not there is None."""
    legs, details, overlay = spell_legs(row.legs), _details(row), _overlay(row)
    return {
        "source_id": row.source_id,
        "occurred_at": moments.spell(row.occurred_at),
        "legs": legs,
        "imported_at": moments.spell(row.imported_at),
        "import_id": row.import_id,
        "origin": row.origin.value,
        "state": row.state.value,
        "revision": row.revision,
        "details": details or None,
        "overlay": overlay or None,
        "raw": _raw(row, legs, details, overlay),
    }


def _details(row: Transaction) -> str:
    """Spell details, if there are any, as ``spell_json`` does, in a third of the time."""
    texts = [f"{_plain(name)}:{_plain(text)}" for name, text in row.details.items()]
    return f"{{{','.join(texts)}}}" if texts else ""


def _overlay(row: Transaction) -> str:
    """Spell the overlay, if there is one."""
    return "" if row.overlay is None else spell_json(row.overlay)


def _raw(row: Transaction, *others: str) -> str | bytes | None:
    """Give what is kept of the source's record beside other long texts."""
    raw = row.raw
    if not raw:
        return None
    size = len(raw) + len(row.id) + len(row.source_id) + len(row.import_id) + sum(map(len, others))
    return raw if size <= _ROOM and raw.isascii() else pack(raw) or None


def known(item: Item) -> Known:
    """Read what a lookup tells; nothing is parsed."""
    return Known(
        item["transaction_id"]["S"],
        item["occurred_at"]["S"],
        item["legs"]["S"],
        item["state"]["S"],
        int(item["revision"]["N"]),
        item["import_id"]["S"],
        item["imported_at"]["S"],
        "overlay" in item,
    )


def transaction(item: Item) -> Transaction:
    """Read a transaction, as much of it as the item holds."""
    return Transaction(
        id=item["transaction_id"]["S"],
        source_id=item["source_id"]["S"],
        occurred_at=_moment(item["occurred_at"]["S"]),
        legs=parse_legs(item["legs"]["S"]),
        imported_at=_moment(item["imported_at"]["S"]),
        import_id=item["import_id"]["S"],
        origin=Origin(item["origin"]["S"]),
        state=State(item["state"]["S"]),
        revision=int(item["revision"]["N"]),
        overlay=json.loads(item["overlay"]["S"]) if "overlay" in item else None,
        details=json.loads(item["details"]["S"]) if "details" in item else {},
        raw=_unpacked(item["raw"]) if "raw" in item else None,
    )


def _moment(text: str) -> datetime:
    """Read a time that ``moments.spell`` wrote: in UTC, always."""
    return datetime.fromisoformat(text)


def _unpacked(attribute: Mapping[str, str]) -> str:
    """Read a record that is kept as text, or compressed."""
    return attribute["S"] if "S" in attribute else unpack(base64.b64decode(attribute["B"]))


def spell_json(value: Mapping[str, Any]) -> str:
    """Write details or an overlay."""
    return _ENCODER.encode(value)


def pack(raw: str) -> bytes:
    """Compress a source's records; nothing is left of what would be too large."""
    press = zlib.compressobj(zlib.Z_BEST_SPEED, zlib.DEFLATED, _WINDOW_BITS, _MEMORY_LEVEL)
    packed = press.compress(raw.encode("utf-8", "surrogatepass")) + press.flush()
    return packed if len(packed) <= _LARGEST_RAW else b""


def unpack(packed: bytes) -> str:
    """Give back what was compressed."""
    return zlib.decompress(packed).decode("utf-8", "surrogatepass")
