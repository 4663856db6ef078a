"""The lease item of each integration, in the Runs table.

``sync_id`` and ``run`` are the claim; ``lease_owner``, ``lease_until`` and ``fence`` are the lease;
``active`` and ``touched_at`` put current runs, and no others, into the index ``by_activity``;
``finished`` names the last run that ended, so that a repeated call is known for what it is.
``asked_by`` tells that an owner asked for what the schedule had begun, and who was there. What a
run that waits for its owner has besides (see ``waits``) goes with the run.
Every transition is one conditional update.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from tidemark.domain import moments
from tidemark.domain.consents import Present
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.syncs import Lease, Run
from tidemark.errors import LeaseHeld, LeaseLost
from tidemark.stores.plain import from_text, to_text
from tidemark.stores.table import Item, Table
from tidemark.wire import ConditionFailed, Wire

_ACTIVE = "1"
_CLAIM = "SET #sync_id = :sync, #run = :run, #active = :active, #touched_at = :now REMOVE #cancel"
_TAKE = "SET #lease_owner = :worker, #lease_until = :until, #touched_at = :now ADD #fence :one"
_IS_FREE = (
    "#sync_id = :sync AND"
    " (attribute_not_exists(#lease_owner) OR #lease_until <= :now OR #lease_owner = :worker)"
)
_BORROW = "SET #lease_owner = :worker, #lease_until = :until ADD #fence :one"
_IS_IDLE = _IS_FREE.replace("#sync_id = :sync", "attribute_not_exists(#sync_id)")
_IS_OURS = "#lease_owner = :worker AND #fence = :fence"
_RUN = (
    "#sync_id, #run, #active, #touched_at, #cancel, #asked_by,"
    " #token, #token_until, #waiting, #answer"
)
_FINISH = f"SET #finished = :sync REMOVE #lease_owner, #lease_until, {_RUN}"
_INTERRUPT = f"REMOVE {_RUN} ADD #fence :one"


class DynamoRuns:
    """Claims and leases."""

    def __init__(self, wire: Wire, table: str) -> None:
        """Keep lease items in a table."""
        self._table = Table(wire, table)

    def claim(self, run: Run, now: datetime) -> Run:
        """Claim the integration, or join the run that has."""
        values = {
            "sync": run.sync_id,
            "run": to_text(run),
            "active": _ACTIVE,
            "now": moments.spell(now),
        }
        free = "attribute_not_exists(#sync_id)"
        try:
            self._table.update(_key(run.key), _CLAIM, when=free, values=values)
        except ConditionFailed as error:
            return _run(error.item or {}) or run
        return run

    def current(self, key: IntegrationKey) -> Run | None:
        """Read the current run."""
        return _run(self._table.get(_key(key)) or {})

    def acquire(
        self, key: IntegrationKey, sync_id: str, worker: str, *, now: datetime, until: datetime
    ) -> Lease:
        """Take the lease, if nobody else may be at work."""
        values = {
            "sync": sync_id,
            "worker": worker,
            "now": moments.spell(now),
            "until": moments.spell(until),
            "one": 1,
        }
        try:
            item = self._table.update(_key(key), _TAKE, when=_IS_FREE, values=values)
        except ConditionFailed as error:
            raise _why_not(error.item or {}, sync_id) from None
        run = _run(item)
        if run is None:
            raise LeaseLost("the run is not the current one")
        return Lease(key, worker, int(item["fence"]["N"]), until, run)

    def borrow(self, key: IntegrationKey, worker: str, *, now: datetime, until: datetime) -> bool:
        """Take the lease, if there is no run and nobody else may be at work."""
        given = {"worker": worker, "now": moments.spell(now), "until": moments.spell(until)}
        try:
            self._table.update(_key(key), _BORROW, when=_IS_IDLE, values=given | {"one": 1})
        except ConditionFailed:
            return False
        return True

    def checkpoint(self, lease: Lease, run: Run) -> Lease:
        """Keep the run; the answer tells whether a cancel was asked for."""
        values = {"run": to_text(run)}
        change = "SET #run = :run"
        if run.touched_at is not None:
            change += ", #touched_at = :touched"
            values["touched"] = moments.spell(run.touched_at)
        try:
            item = self._ours(lease, change, values)
        except ConditionFailed:
            raise LeaseLost("the lease was taken over, or the run was stopped") from None
        return replace(lease, run=_run(item) or run)

    def _ours(self, lease: Lease, change: str, values: dict[str, str]) -> Item:
        """Change the item as long as the lease holds."""
        ours = {"worker": lease.worker, "fence": lease.fence}
        return self._table.update(_key(lease.key), change, when=_IS_OURS, values=values | ours)

    def release(self, lease: Lease) -> None:
        """Let go of the lease, even after an interruption raised the fence."""
        self.give_back(lease.key, lease.worker)

    def give_back(self, key: IntegrationKey, worker: str) -> None:
        """Let go of the lease."""
        try:
            self._table.update(
                _key(key),
                "REMOVE #lease_owner, #lease_until",
                when="#lease_owner = :worker",
                values={"worker": worker},
            )
        except ConditionFailed:
            return

    def finish(self, lease: Lease) -> None:
        """Let go of lease and claim."""
        sync_id = lease.run.sync_id
        try:
            self._ours(lease, _FINISH, {"sync": sync_id})
        except ConditionFailed as error:
            if not (error.retried and _finished(error.item or {}) == sync_id):
                raise LeaseLost("the lease was taken over, or the run was stopped") from None

    def request_cancel(self, key: IntegrationKey, sync_id: str) -> bool:
        """Set the flag that checkpoints bring back."""
        try:
            self._table.update(
                _key(key),
                "SET #cancel = :yes",
                when="#sync_id = :sync",
                values={"yes": True, "sync": sync_id},
            )
        except ConditionFailed:
            return False
        return True

    def ask_too(self, key: IntegrationKey, sync_id: str, present: Present | None) -> Run | None:
        """Put the owner beside the run, which checkpoints write over."""
        values = {"asked_by": to_text(present) if present else "", "sync": sync_id}
        try:
            item = self._table.update(
                _key(key), "SET #asked_by = :asked_by", when="#sync_id = :sync", values=values
            )
        except ConditionFailed:
            return None
        return _run(item)

    def interrupt(self, key: IntegrationKey) -> None:
        """Raise the fence and drop the claim; the lease itself runs out or is let go."""
        self._table.update(_key(key), _INTERRUPT, values={"one": 1})

    def busy_until(self, key: IntegrationKey, now: datetime) -> datetime | None:
        """Read until when somebody may write."""
        until = _until(self._table.get(_key(key)) or {})
        return until if until is not None and until > now else None

    def abandoned(self, before: datetime) -> Iterator[Run]:
        """Ask the index, and then each item itself: the index may be late."""
        found = self._table.query(
            "#active = :active AND #touched_at < :before",
            {"active": _ACTIVE, "before": moments.spell(before)},
            index="by_activity",
            strong=False,
        )
        for entry in found:
            item = self._table.get({"integration_key": entry["integration_key"]["S"]}) or {}
            run = _run(item)
            if run is not None and item["touched_at"]["S"] < moments.spell(before):
                yield run

    def erase(self, key: IntegrationKey) -> None:
        """Remove the item, fence and all: ids of integrations are never used again."""
        self._table.remove(_key(key))


def _key(key: IntegrationKey) -> dict[str, str]:
    """Name the lease item."""
    return {"integration_key": key.text}


def _run(item: Item) -> Run | None:
    """Read the current run."""
    if "run" not in item:
        return None
    run = from_text(Run, item["run"]["S"])
    if "asked_by" in item:
        told = item["asked_by"]["S"]
        run = run.asked_by(from_text(Present, told) if told else None)
    canceled = run.cancel_requested or "cancel" in item
    return replace(run, cancel_requested=canceled, answered="answer" in item)


def _until(item: Item) -> datetime | None:
    """Read when the lease runs out."""
    return moments.parse(item["lease_until"]["S"]) if "lease_until" in item else None


def _finished(item: Item) -> str | None:
    """Read which run ended last."""
    return item["finished"]["S"] if "finished" in item else None


def _why_not(item: Item, sync_id: str) -> LeaseHeld | LeaseLost:
    """Say why the lease could not be taken."""
    until = _until(item)
    if until is None or item.get("sync_id") != {"S": sync_id}:
        return LeaseLost("the run is not the current one")
    return LeaseHeld(until)
