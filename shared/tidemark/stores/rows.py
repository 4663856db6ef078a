"""How a transaction is kept as an item: spelled by hand, since a history has many of them.

What an item leaves out is empty: ``details``, ``overlay`` and ``words`` (JSON texts), ``history``
(compressed JSON text), ``raw`` (JSON text: plain where the item is no more than a write unit then,
since compressing costs as much as all the rest; compressed elsewhere). ``occurred_at`` is the time
that counts, by which the index sorts; ``told_at`` is the imported one where the owner changed it.
A record that is larger than DynamoDB could take beside the rest is not kept raw.
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
from tidemark.domain.history import Change
from tidemark.domain.legs import parse_legs, spell_legs
from tidemark.domain.transactions import Known, Origin, State, Transaction
from tidemark.stores import short, wordings
from tidemark.stores.table import Item, write

KNOWN = f"{short.FIELDS}, #occurred_at, #legs, #revision, #overlay"
LISTED = f"{KNOWN}, #origin, #source_id, #words, #told_at, #merged_into"
DETAILED = f"{LISTED}, #details, #history"

_ROOM, _LARGEST_RAW = 1_024 - 270, 300_000
"""Bytes in a write unit beside names, times, partition and single words; and the most packed."""

_WINDOW_BITS, _MEMORY_LEVEL = 12, 4
"""Little memory to clear: records are short, and five times as many are packed in a second."""

_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False)
_spell_again = lru_cache(maxsize=4)(moments.spell)


def put_request(partition: str, row: Transaction) -> str:
    """Spell the request to write a transaction into the partition of its integration."""
    legs, details, wording = spell_legs(row.legs), _details(row), _wording(row)
    text = (
        f'{{"PutRequest":{{"Item":{{"integration_key":{{"S":{quote(partition)}}},'
        f'"transaction_id":{{"S":{quote(row.id)}}},"source_id":{{"S":{quote(row.source_id)}}},'
        f'"occurred_at":{{"S":"{moments.spell(_time_that_counts(row))}"}},'
        f'"legs":{{"S":{quote(legs)}}},'
        f'"imported_at":{{"S":"{_spell_again(row.imported_at)}"}},'
        f'"import_id":{{"S":{quote(row.import_id)}}},"origin":{{"S":"{row.origin.value}"}},'
        f'"state":{{"S":"{row.state.value}"}},"revision":{{"N":"{row.revision}"}}'
    )
    if row.digest:
        text += f',"digest":{{"S":{quote(row.digest)}}}'
    if details:
        text += f',"details":{{"S":{quote(details)}}}'
    for name, value in write(wording).items():
        text += f",{quote(name)}:{json.dumps(value)}"
    raw = _raw(row, legs, details, wording)
    if isinstance(raw, str):
        text += f',"raw":{{"S":{quote(raw)}}}'
    elif raw:
        text += f',"raw":{{"B":"{base64.b64encode(raw).decode()}"}}'
    return f"{text}}}}}}}"


def values(row: Transaction) -> dict[str, object]:
    """Give all attributes beside the key as plain data; what is not there is None."""
    legs, details, wording = spell_legs(row.legs), _details(row), _wording(row)
    return {
        "source_id": row.source_id,
        "occurred_at": moments.spell(_time_that_counts(row)),
        "legs": legs,
        "imported_at": moments.spell(row.imported_at),
        "import_id": row.import_id,
        "origin": row.origin.value,
        "state": row.state.value,
        "revision": row.revision,
        "digest": row.digest or None,
        "details": details or None,
        "raw": _raw(row, legs, details, wording),
        **dict.fromkeys(_WORDINGS),
        **wording,
    }


def _time_that_counts(row: Transaction) -> datetime:
    """Give the time by which the index sorts; few transactions have another than their own."""
    return row.occurred_at if row.overlay is None else row.facts.occurred_at


def _details(row: Transaction) -> str:
    """Spell details, if there are any, as ``spell_json`` does, in a third of the time."""
    texts = [f"{_plain(name)}:{_plain(text)}" for name, text in row.details.items()]
    return f"{{{','.join(texts)}}}" if texts else ""


_WORDINGS = ("told_at", "overlay", "words", "merged_into", "history")


def _wording(row: Transaction) -> dict[str, object]:
    """Give what people said of a transaction and did with it: of most, nothing."""
    said: dict[str, object] = {}
    if row.overlay is not None:
        said["overlay"] = wordings.spell_overlay(row.overlay)
    if row.overlay and row.overlay.get("occurred_at", row.occurred_at) != row.occurred_at:
        said["told_at"] = moments.spell(row.occurred_at)
    if row.words is not None:
        said["words"] = wordings.spell_words(row.words)
    if row.merged_into is not None:
        said["merged_into"] = row.merged_into
    if row.history:
        said["history"] = pack(wordings.spell_history(row.history))
    return said


def _raw(
    row: Transaction, legs: str, details: str, wording: Mapping[str, object]
) -> str | bytes | None:
    """Give what is kept of the source's record: plain text only where nothing was said beside."""
    raw = row.raw
    if not raw:
        return None
    size = len(raw) + len(legs) + len(details)
    size += len(row.id) + len(row.source_id) + len(row.import_id)
    plain = size <= _ROOM and raw.isascii() and not wording
    return raw if plain else pack(raw) or None


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
        item["digest"]["S"] if "digest" in item else "",
    )


def transaction(item: Item) -> Transaction:
    """Read a transaction, as much of it as the item holds."""
    told_at = item["told_at" if "told_at" in item else "occurred_at"]["S"]
    return Transaction(
        id=item["transaction_id"]["S"],
        source_id=item["source_id"]["S"],
        occurred_at=_moment(told_at),
        legs=parse_legs(item["legs"]["S"]),
        imported_at=_moment(item["imported_at"]["S"]),
        import_id=item["import_id"]["S"],
        origin=Origin(item["origin"]["S"]),
        state=State(item["state"]["S"]),
        revision=int(item["revision"]["N"]),
        overlay=wordings.parse_overlay(item["overlay"]["S"]) if "overlay" in item else None,
        words=wordings.parse_words(item["words"]["S"]) if "words" in item else None,
        merged_into=item["merged_into"]["S"] if "merged_into" in item else None,
        details=json.loads(item["details"]["S"]) if "details" in item else {},
        raw=_unpacked(item, "raw"),
        history=_history(item),
        digest=item["digest"]["S"] if "digest" in item else "",
    )


def counted_legs(item: Item) -> str:
    """Give the text of the legs that count: the owner's, if there are any."""
    imported: str = item["legs"]["S"]
    if "overlay" not in item:
        return imported
    own: str = json.loads(item["overlay"]["S"]).get("legs", imported)
    return own


def _unpacked(item: Item, name: str) -> str | None:
    """Give JSON that is kept in an attribute as text, or compressed; None if it is not there."""
    if name not in item:
        return None
    kept = item[name]
    return kept["S"] if "S" in kept else unpack(base64.b64decode(kept["B"]))


def _history(item: Item) -> tuple[Change, ...] | None:
    """Read the history, if it is there."""
    text = _unpacked(item, "history")
    return None if text is None else wordings.parse_history(text)


def _moment(text: str) -> datetime:
    """Read a time that ``moments.spell`` wrote: in UTC, always."""
    return datetime.fromisoformat(text)


def spell_json(value: Mapping[str, Any]) -> str:
    """Write details or an overlay."""
    return _ENCODER.encode(value)


def pack(raw: str) -> bytes:
    """Compress JSON; nothing is left of what would be too large."""
    press = zlib.compressobj(zlib.Z_BEST_SPEED, zlib.DEFLATED, _WINDOW_BITS, _MEMORY_LEVEL)
    packed = press.compress(raw.encode("utf-8", "surrogatepass")) + press.flush()
    return packed if len(packed) <= _LARGEST_RAW else b""


def unpack(packed: bytes) -> str:
    """Give back what was compressed."""
    return zlib.decompress(packed).decode("utf-8", "surrogatepass")
