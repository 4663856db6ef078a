"""Steps: who works on a sync, and what happens next."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Worker:
    """Who is at work: a name that nobody else has, and when (UTC) it is gone for good."""

    name: str
    ends: datetime


class Outcome(StrEnum):
    """What happens after a step."""

    MORE = "more"
    DONE = "done"
    WAIT = "wait"
    HAND_OVER = "hand_over"
    STOPPED = "stopped"
    ASK_USER = "ask_user"


@dataclass(frozen=True, slots=True)
class StepResult:
    """How a step ended: as data, so that a state machine can choose.

    ``wait_until`` goes with WAIT and ASK_USER; ``busy`` tells that it is another worker that is
    waited for.
    DONE: nothing is left to read, or a problem forbids to. STOPPED: the run is no longer ours
    (paused, deleted, overtaken): nothing is left to do. ASK_USER: its owner has to do something.
    """

    outcome: Outcome
    wait_until: datetime | None = None
    busy: bool = False
