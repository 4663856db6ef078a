"""How a transaction is kept as an item: spelled by hand, since a history has many of them.

What an item leaves out is empty: ``details``, ``overlay`` and ``words`` (JSON texts), ``raw`` and
``history`` (compressed JSON texts). ``occurred_at`` is the time that counts, by which the index
sorts; ``told_at`` is the imported one where the owner changed it. A record that is larger than
DynamoDB could take beside the rest is not kept raw.
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
from tidemark.stores import wordings
from tidemark.stores.table import Item, write

KNOWN = (
    "#transaction_id, #occurred_at, #legs, #state, #revision, #import_id, #imported_at, #overlay"
)
LISTED = f"{KNOWN}, #origin, #source_id, #words, #told_at, #merged_into"
DETAILED = f"{LISTED}, #details, #history"

_LARGEST_RAW = 300_000
_WINDOW_BITS, _MEMORY_LEVEL = 12, 4
"""Little memory to clear: records are short, and five times as many are packed in a second."""

_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False)
_spell_again = lru_cache(maxsize=4)(moments.spell)


def put_request(partition: str, row: Transaction) -> str:
    """Spell the request to write a transaction into the partition of its integration."""
    revision = row.revision
    return (
        f'{{"PutRequest":{{"Item":{{"integration_key":{{"S":{quote(partition)}}},'
        f'"transaction_id":{{"S":{quote(row.id)}}},"source_id":{{"S":{quote(row.source_id)}}},'
        f'"occurred_at":{{"S":"{moments.spell(_time_that_counts(row))}"}},'
        f'"legs":{{"S":{quote(spell_legs(row.legs))}}},'
        f'"imported_at":{{"S":"{_spell_again(row.imported_at)}"}},'
        f'"import_id":{{"S":{quote(row.import_id)}}},"origin":{{"S":"{row.origin.value}"}},'
        f'"state":{{"S":"{row.state.value}"}},"revision":{{"N":"{revision}"}}'
        f"{_extras(row)}}}}}}}"
    )


def _time_that_counts(row: Transaction) -> datetime:
    """Give the time by which the index sorts; few transactions have another than their own."""
    return row.occurred_at if row.overlay is None else row.facts.occurred_at


def _extras(row: Transaction) -> str:
    """Spell what most transactions have little or nothing of."""
    text = ""
    if row.details:
        text += f',"details":{{"S":{quote(_spell_texts(row.details))}}}'
    packed = pack(row.raw) if row.raw else b""
    if packed:
        text += f',"raw":{{"B":"{base64.b64encode(packed).decode()}"}}'
    if row.words or row.overlay is not None or row.history or row.merged_into:
        text += _wordings(row)
    return text


def _wordings(row: Transaction) -> str:
    """Spell what people said of a transaction and did with it."""
    everything = values(row)
    own = {name: everything[name] for name in ("told_at", "overlay", "words", "merged_into")}
    spelled = write(own | {"history": everything["history"]})
    return "".join(f",{quote(name)}:{json.dumps(value)}" for name, value in spelled.items())


def values(row: Transaction) -> dict[str, object]:
    """Give all attributes beside the key as plain data; what is not there is None."""
    at = row.facts.occurred_at
    return {
        "source_id": row.source_id,
        "occurred_at": moments.spell(at),
        "told_at": None if at == row.occurred_at else moments.spell(row.occurred_at),
        "legs": spell_legs(row.legs),
        "imported_at": moments.spell(row.imported_at),
        "import_id": row.import_id,
        "origin": row.origin.value,
        "state": row.state.value,
        "revision": row.revision,
        "details": spell_json(row.details) if row.details else None,
        "overlay": None if row.overlay is None else wordings.spell_overlay(row.overlay),
        "words": None if row.words is None else wordings.spell_words(row.words),
        "merged_into": row.merged_into,
        "raw": pack(row.raw) if row.raw else None,
        "history": pack(wordings.spell_history(row.history)) if row.history else None,
    }


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
    )


def counted_legs(item: Item) -> str:
    """Give the text of the legs that count: the owner's, if there are any."""
    imported: str = item["legs"]["S"]
    if "overlay" not in item:
        return imported
    own: str = json.loads(item["overlay"]["S"]).get("legs", imported)
    return own


def _unpacked(item: Item, name: str) -> str | None:
    """Give what was packed into an attribute, if it is there."""
    return unpack(base64.b64decode(item[name]["B"])) if name in item else None


def _history(item: Item) -> tuple[Change, ...] | None:
    """Read the history, if it is there."""
    text = _unpacked(item, "history")
    return None if text is None else wordings.parse_history(text)


def _moment(text: str) -> datetime:
    """Read a time that ``moments.spell`` wrote: in UTC, always."""
    return datetime.fromisoformat(text)


def _spell_texts(texts: Mapping[str, str]) -> str:
    """Write details as ``spell_json`` does, in a third of the time."""
    return f"{{{','.join([f'{_plain(name)}:{_plain(text)}' for name, text in texts.items()])}}}"


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
