"""One line per ended sync: a summary to search for, and metrics in the same breath (EMF)."""

import dataclasses
import json
import sys
from collections.abc import Callable
from datetime import datetime

from tidemark.domain.moments import to_milliseconds
from tidemark.domain.ports import Clock
from tidemark.domain.syncs import Sync

_DIMENSIONS = (["service", "connector", "outcome"], ["service", "connector"])
_SERVICE = "tidemark"


class LogMetrics:
    """Writes lines that CloudWatch reads as metrics. They name ids; no owner, amount or secret."""

    def __init__(self, clock: Clock, write: Callable[[str], object] = sys.stdout.write) -> None:
        """Write to where the function's logs are made."""
        self._clock = clock
        self._write = write

    def sync_ended(self, sync: Sync, connector: str) -> None:
        """Write the line of one sync."""
        now = self._clock.now()
        values = _values(sync, now)
        line = {
            "_aws": _header(now, list(values)),
            "message": "sync ended",
            "service": _SERVICE,
            "connector": connector,
            "outcome": sync.status.value,
            "code": sync.problem.code if sync.problem else None,
            "mode": sync.mode.value,
            "trigger": sync.trigger.value,
            "sync_id": sync.id,
            "integration_id": sync.key.integration_id,
            **values,
        }
        self._write(json.dumps(line) + "\n")


def _values(sync: Sync, now: datetime) -> dict[str, float]:
    """Give the figures of a sync."""
    taken = (sync.ended_at or now) - (sync.started_at or sync.requested_at)
    counts = dataclasses.asdict(sync.counts)
    figures = {"".join(part.title() for part in name.split("_")): n for name, n in counts.items()}
    return {"SyncsEnded": 1, "Seconds": taken.total_seconds(), **figures}


def _header(now: datetime, names: list[str]) -> dict[str, object]:
    """Tell CloudWatch which of the values are metrics."""
    metrics = [
        {"Name": name, "Unit": "Seconds" if name == "Seconds" else "Count"} for name in names
    ]
    directive = {"Namespace": "Tidemark", "Dimensions": _DIMENSIONS, "Metrics": metrics}
    return {"Timestamp": to_milliseconds(now), "CloudWatchMetrics": [directive]}
