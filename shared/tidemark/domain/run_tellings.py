"""What changes of stored syncs, imports, exports and the journal mean to their owner, as events."""

from collections.abc import Iterator, Mapping

from tidemark.domain.events import Told
from tidemark.domain.state_tellings import Item

_WRITTEN = {"committed", "failed"}
"""In these an import has written all, or as much as it could."""

_FINAL = {"succeeded", "partial", "rate_limited", "failed", "canceled"}


def sync(before: Item, after: Item) -> Iterator[Told]:
    """Tell of a sync: made, started, waiting, ended; and of what it changed."""
    if not after:
        return
    about = {"integration": after["integration_id"], "sync": after["sync_id"]}
    if not before:
        facts = {name: after.get(name) for name in ("mode", "trigger")}
        yield Told("sync.created", about | facts)
    status = after.get("status")
    if status == "waiting_for_user":
        yield from _waits(before.get("waiting") or {}, after.get("waiting") or {}, about)
    elif status == "running" != before.get("status"):
        yield Told("sync.resumed" if before.get("started_at") else "sync.started", about)
    elif status != before.get("status") and status in _FINAL:
        yield Told(f"sync.{status}", about | _outcome(after))
        yield from _brought(about, _counted(after))
    yield from _reverted("sync", before, after, about)


def _waits(before: Item, after: Item, about: Mapping[str, object]) -> Iterator[Told]:
    """Tell that a sync waits for its owner, each time that it is for something else."""
    if after != before:
        facts = {"for": after.get("need"), "until": after.get("until")}
        yield Told("sync.waiting_for_user", {**about, **facts})


def _outcome(sync: Item) -> dict[str, object]:
    """Give how a sync stands, in words and counts."""
    counts = _counted(sync)
    facts: dict[str, object] = {name: counts[name] for name in ("new", "held", "unreadable")}
    problem = sync.get("problem") or {}
    return facts | {"status": sync.get("status"), "code": problem.get("code")}


def _counted(sync: Item) -> dict[str, int]:
    """Add up what all streams of a sync met."""
    streams = [stream.get("counts") or {} for stream in sync.get("streams") or ()]
    names = ("new", "merged", "held", "unreadable")
    return {name: sum(counts.get(name, 0) for counts in streams) for name in names}


def _brought(about: Mapping[str, object], counts: Mapping[str, int]) -> Iterator[Told]:
    """Tell that transactions are not what they were."""
    if counts["new"] or counts["merged"]:
        facts = {"added": counts["new"], "modified": counts["merged"], "removed": 0}
        yield Told("transactions.changed", {**about, **facts})


def _reverted(kind: str, before: Item, after: Item, about: Mapping[str, object]) -> Iterator[Told]:
    """Tell of an undo."""
    now, was = after.get("revert") or {}, before.get("revert") or {}
    if now.get("status") == was.get("status"):
        return
    if kind == "sync":
        yield Told(f"sync.{now.get('status')}", about)
    if now.get("status") == "reverted" and now.get("removed"):
        facts = {"added": 0, "modified": 0, "removed": now["removed"]}
        yield Told("transactions.changed", {**about, **facts})


def chunk(before: Item, after: Item) -> Iterator[Told]:
    """Tell what an owner has changed by hand; a sync and an import tell of themselves."""
    if not after.get("done") or before.get("done") or "import_id" in after:
        return
    if count := after.get("count"):
        facts = {"added": 0, "modified": 0, "removed": 0, str(after.get("action")): count}
        yield Told("transactions.changed", {"integration": after["integration_id"], **facts})


def file_job(before: Item, after: Item) -> Iterator[Told]:
    """Tell of an import or an export; balance checks tell of themselves by what they found."""
    kind = {"imp": "import", "exp": "export"}.get(str((after or before)["import_id"])[:3])
    if kind is None or not after:
        return
    about = {kind: after["import_id"]}
    if "integration_id" in after:
        about["integration"] = after["integration_id"]
    facts = {"status": after.get("status"), "code": (after.get("problem") or {}).get("code")}
    if not before:
        yield Told(f"{kind}.created", about | facts)
    elif after.get("status") != before.get("status"):
        yield Told(f"{kind}.{after.get('status')}", about | facts)
    added = (after.get("counts") or {}).get("imported", 0)
    if before.get("status") != after.get("status") in _WRITTEN:
        yield from _brought(about, {"new": added, "merged": 0})
    yield from _reverted(kind, before, after, about)
