"""Fires the schedules of EventBridge Scheduler, in the product's time.

moto keeps schedules and never fires them. A ``rate()`` without a start date fires at creation, as
on AWS; flexible windows are taken at their beginning.
"""

import json
import re
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from local import moto_hooks, queues
from local.clock import ProductClock
from local.expressions import parse
from local.template import REGION, Resource

_EXPRESSION = re.compile(r"<aws\.scheduler\.([a-z-]+)>")
_ARN = f"arn:aws:scheduler:{REGION}:{moto_hooks.ACCOUNT}"

type Fire = Callable[["Schedule", datetime], None]


@dataclass(frozen=True, slots=True)
class Schedule:
    """One schedule of the template; ``input`` as the template gives it, or None.

    ``last_only``: on a far way, only the last of its moments matters.
    """

    name: str
    expression: str
    zone: str
    target: str
    input: str | None
    enabled: bool
    start: datetime | None
    end: datetime | None
    last_only: bool = False

    @classmethod
    def of(cls, name: str, properties: Resource, *, last_only: bool = False) -> "Schedule":
        """Read the properties of a schedule.

        Raises:
            BadExpression: AWS would refuse its expression.
        """
        target = properties["Target"]
        schedule = cls(
            name=name,
            expression=properties["ScheduleExpression"],
            zone=properties.get("ScheduleExpressionTimezone", "UTC"),
            target=target["Arn"],
            input=target.get("Input"),
            enabled=properties.get("State", "ENABLED") == "ENABLED",
            start=_moment(properties.get("StartDate")),
            end=_moment(properties.get("EndDate")),
            last_only=last_only,
        )
        parse(schedule.expression, created=datetime.now(UTC), zone=schedule.zone)
        return schedule

    def moments(self, created: datetime) -> Iterator[datetime]:
        """Give the moments at which it fires, for a schedule created at a moment."""
        since = max(created, self.start or created)
        expression = parse(self.expression, created=since, zone=self.zone)
        for moment in expression.moments(since):
            if not self.enabled or (self.end is not None and moment > self.end):
                return
            yield moment

    def event(self, at: datetime) -> str:
        """Write what the target gets: the input with its ``<aws.scheduler...>`` words replaced."""
        words = {
            "schedule-arn": f"{_ARN}:schedule/default/{self.name}",
            "scheduled-time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "execution-id": str(uuid.uuid4()),
            "attempt-number": "1",
        }
        if self.input is None:
            return json.dumps(_default_event(words))
        return _EXPRESSION.sub(lambda match: words.get(match[1], match[0]), self.input)


class Scheduler:
    """Knows what falls due next, and fires it.

    While the clock is moved far, a schedule fires once for all its moments of an hour, at the last
    of them: a day of ticks every few minutes would take longer than all that they start. Who is
    fired looks back to the last time, as after an outage.
    """

    def __init__(self, schedules: Iterable[Schedule], clock: ProductClock, fire: Fire) -> None:
        self._clock = clock
        self._fire = fire
        self._lock = threading.Lock()
        created = clock.now().replace(microsecond=0)
        self._ahead = [
            (each, Moments(each.moments(created), last_only=each.last_only)) for each in schedules
        ]
        self._far: datetime | None = None

    @contextmanager
    def moving_far(self, target: datetime) -> Iterator[None]:
        """Fire once an hour, while it lasts, whatever falls due until a moment."""
        self._far = target
        try:
            yield
        finally:
            self._far = None

    def next_due(self) -> datetime | None:
        """Give the moment at which something fires next."""
        due = (moments.due(self._far) for _, moments in self._ahead)
        return min((moment for moment in due if moment), default=None)

    def fire_due(self) -> None:
        """Fire what is due, in order."""
        with self._lock:
            while (due := self.next_due()) is not None and due <= self._clock.now():
                for schedule, moments in self._ahead:
                    if moments.due(self._far) == due:
                        moments.drop(due)
                        self._fire(schedule, due)

    def start(self) -> None:
        """Fire in the background as time goes by."""
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        """Sleep until something is due, as long as the server runs."""
        while (due := self.next_due()) is not None:
            if self._clock.wait_until(due.timestamp(), over=partial(self._fired, due)):
                self.fire_due()

    def _fired(self, moment: datetime) -> bool:
        """Tell whether somebody else fired what was due next at a moment."""
        return self.next_due() != moment


class Moments:
    """The moments of one schedule that are still to come."""

    def __init__(self, moments: Iterator[datetime], *, last_only: bool = False) -> None:
        self._moments = moments
        self._last_only = last_only
        self._seen: deque[datetime] = deque()
        self._lock = threading.Lock()

    def due(self, far: datetime | None) -> datetime | None:
        """Give the next one; on the way to ``far`` the last one of its hour, or of the way."""
        with self._lock:
            first = self._at(0)
            if first is None or far is None or first > far:
                return first
            if self._last_only:
                return self._last_before(far)
            end = min(first.replace(minute=59, second=59, microsecond=999_999), far)
            count = 1
            while (following := self._at(count)) is not None and following <= end:
                count += 1
            return self._seen[count - 1]

    def _last_before(self, far: datetime) -> datetime:
        """Leave behind all but the last one up to a moment."""
        while (second := self._at(1)) is not None and second <= far:
            self._seen.popleft()
        return self._seen[0]

    def drop(self, until: datetime) -> None:
        """Leave behind all up to a moment."""
        with self._lock:
            while (first := self._at(0)) is not None and first <= until:
                self._seen.popleft()

    def _at(self, place: int) -> datetime | None:
        """Look ahead."""
        while len(self._seen) <= place:
            moment = next(self._moments, None)
            if moment is None:
                return None
            self._seen.append(moment)
        return self._seen[place]


def deliver(schedule: Schedule, at: datetime, invoke: moto_hooks.Invoke) -> None:
    """Hand a schedule's event to its target: a function, a queue or a state machine."""
    service = schedule.target.split(":")[2]
    event = schedule.event(at)
    if service == "lambda":
        invoke(schedule.target, event.encode(), waits=False)
    elif service == "sqs":
        queues.send(schedule.target, event)
    elif service == "states":
        moto_hooks.start_execution(schedule.target, str(uuid.uuid4()), event)
    else:
        raise ValueError(f"{schedule.name}: a schedule cannot reach {service} here")


def _default_event(words: dict[str, str]) -> dict[str, object]:
    """Make the event that Scheduler sends when a target has no input."""
    return {
        "version": "0",
        "id": words["execution-id"],
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": moto_hooks.ACCOUNT,
        "time": words["scheduled-time"],
        "region": REGION,
        "resources": [words["schedule-arn"]],
        "detail": "{}",
    }


def _moment(text: str | None) -> datetime | None:
    """Read a start or end date, which is UTC unless it says otherwise."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
