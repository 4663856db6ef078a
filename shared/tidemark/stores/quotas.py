"""How often accounts of banks were read with nobody there, in the Quotas table.

``expires_at`` (seconds since 1970) is DynamoDB's time to live: what is older counts no more.
"""

import math
from dataclasses import replace
from datetime import datetime, timedelta

from tidemark.domain.ids import fingerprint
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.ports import Clock
from tidemark.domain.reads import DAY, Reads
from tidemark.errors import StoreUnavailable
from tidemark.stores.plain import from_text, to_text
from tidemark.stores.table import Table
from tidemark.wire import ConditionFailed, Wire

_TRIES = 5
_KEPT = DAY + timedelta(hours=1)


class DynamoQuotas:
    """One item for each scope of each account of an owner."""

    def __init__(self, wire: Wire, table: str, clock: Clock) -> None:
        """Count in a table."""
        self._table = Table(wire, table)
        self._clock = clock

    def of(self, key: IntegrationKey) -> "DynamoQuota":
        """Count for an owner."""
        return DynamoQuota(self._table, key.owner, self._clock)


class DynamoQuota:
    """What counts for one owner."""

    def __init__(self, table: Table, owner: str, clock: Clock) -> None:
        """Count in a table."""
        self._table = table
        self._owner = owner
        self._clock = clock

    def take(self, account: str, scope: str, most: int) -> None:
        """Count one, on condition of what was read."""
        for _ in range(_TRIES):
            reads, before = self._read(account, scope)
            if self._written(account, scope, reads.taken(self._clock.now(), most), before):
                return
        raise StoreUnavailable("the readings of an account are counted by too many at once")

    def told(self, account: str, scope: str, remaining: int, resets_at: datetime) -> None:
        """Note what is left; if another counts meanwhile, it is told the same in a moment."""
        reads, before = self._read(account, scope)
        after = replace(reads, told=remaining, resets_at=resets_at)
        self._written(account, scope, after, before)

    def _read(self, account: str, scope: str) -> tuple[Reads, str | None]:
        """Read what was counted, and how it is spelled."""
        item = self._table.get(self._key(account, scope))
        text = item["reads"]["S"] if item else None
        return Reads() if text is None else from_text(Reads, text), text

    def _written(self, account: str, scope: str, after: Reads, before: str | None) -> bool:
        """Write over what was read; False if others were faster."""
        last: datetime = max([self._clock.now(), *filter(None, [after.resets_at])])
        item = {
            **self._key(account, scope),
            "reads": to_text(after),
            "expires_at": math.ceil((last + _KEPT).timestamp()),
        }
        when, words = "attribute_not_exists(#reads)", {}
        if before is not None:
            when, words = "#reads = :before", {"before": before}
        try:
            self._table.put(item, when=when, values=words)
        except ConditionFailed as error:
            return error.retried and (error.item or {}).get("reads") == {"S": item["reads"]}
        return True

    def _key(self, account: str, scope: str) -> dict[str, str]:
        """Name the item of an account's scope; banks' names of accounts may be anything."""
        return {"owner": self._owner, "account": fingerprint(account, scope)}
