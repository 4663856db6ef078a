"""What runs that wait for their owners have besides, in their lease items of the Runs table.

``token`` wakes the execution, until ``token_until``; ``waiting`` puts those that wait, and no
others, into the index ``by_wait``; ``answer`` is sealed. No reader of runs gets to see any of it.
"""

from collections.abc import Iterator
from datetime import datetime

from tidemark.domain import moments
from tidemark.domain.asking import Wait
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.syncs import Lease
from tidemark.errors import LeaseLost
from tidemark.stores.table import Item, Table, read
from tidemark.wire import ConditionFailed, Wire

_YES = "1"
_KEEP = "SET #token = :token, #token_until = :until, #waiting = :yes"
_IS_UNANSWERED = "#sync_id = :sync AND attribute_not_exists(#answer)"
_FORGET = "REMOVE #token, #token_until, #waiting"
_IS_OURS = "#lease_owner = :worker AND #fence = :fence"


class DynamoWaits:
    """Tokens and answers."""

    def __init__(self, wire: Wire, table: str) -> None:
        """Keep them in the table of lease items."""
        self._table = Table(wire, table)

    def keep(self, key: IntegrationKey, sync_id: str, token: str, until: datetime) -> bool:
        """Put the token beside the run, unless there is an answer."""
        values = {"sync": sync_id, "token": token, "until": moments.spell(until), "yes": _YES}
        try:
            self._table.update(_key(key), _KEEP, when=_IS_UNANSWERED, values=values)
        except ConditionFailed:
            return False
        return True

    def take_token(self, key: IntegrationKey, sync_id: str) -> str | None:
        """Read the token and remove it, if it is still that one."""
        item = self._table.get(_key(key)) or {}
        if "token" not in item or item.get("sync_id") != {"S": sync_id}:
            return None
        token: str = item["token"]["S"]
        try:
            self._table.update(_key(key), _FORGET, when="#token = :token", values={"token": token})
        except ConditionFailed as error:
            return token if error.retried else None
        return token

    def answer(self, key: IntegrationKey, sync_id: str, sealed: bytes) -> bool:
        """Put an answer beside the run, unless there is one."""
        values = {"sync": sync_id, "sealed": sealed}
        try:
            self._table.update(
                _key(key), "SET #answer = :sealed", when=_IS_UNANSWERED, values=values
            )
        except ConditionFailed as error:
            item = error.item or {}
            return error.retried and "answer" in item and read(item)["answer"] == sealed
        return True

    def take_answer(self, lease: Lease) -> bytes | None:
        """Read the answer and remove it, as long as the lease holds."""
        item = self._table.get(_key(lease.key)) or {}
        if "answer" not in item:
            return None
        ours = {"worker": lease.worker, "fence": lease.fence}
        try:
            self._table.update(_key(lease.key), "REMOVE #answer", when=_IS_OURS, values=ours)
        except ConditionFailed:
            raise LeaseLost("the lease was taken over, or the run was stopped") from None
        sealed: bytes = read({"answer": item["answer"]})["answer"]
        return sealed

    def all(self) -> Iterator[Wait]:
        """Ask the index, and then each item itself: the index may be late."""
        found = self._table.query("#waiting = :yes", {"yes": _YES}, index="by_wait", strong=False)
        for entry in found:
            item = self._table.get({"integration_key": entry["integration_key"]["S"]}) or {}
            if "token" in item:
                yield _wait(item)


def _key(key: IntegrationKey) -> dict[str, str]:
    """Name the lease item."""
    return {"integration_key": key.text}


def _wait(item: Item) -> Wait:
    """Read what waits."""
    owner, _, integration_id = item["integration_key"]["S"].rpartition("#")
    return Wait(
        IntegrationKey(owner, integration_id),
        item["sync_id"]["S"],
        moments.parse(item["token_until"]["S"]),
        item["token"]["S"],
    )
