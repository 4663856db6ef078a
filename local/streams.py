"""Streams of tables: hands what changed to functions, in batches, in order, as Lambda does.

Only this module looks into moto's streams (written for moto 5.2). moto's own record measures each
item at great length and is kept for ever; here nothing is made for a table that nobody follows, or
for a change that a filter leaves out, and what was handed over is let go.
"""

import base64
import json
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import StreamShard

from local import queues
from local.clock import ProductClock
from local.moto_hooks import replace
from local.queues import Submit
from local.template import REGION, Resource
from local.workers import Outcome

_PAUSE = 0.05  # seconds before a batch is tried again
_ABSENT = {"exists": False}
_FIRST = 1_100_000_000_017_454_423_009

type Record = dict[str, Any]


class UnknownFilter(ValueError):
    """A filter by anything that nobody here filters by."""


@dataclass(frozen=True, slots=True)
class StreamMapping:
    """A table's stream that a function follows; ``pattern`` is which of its records, None: all."""

    stream: str
    function: str
    batch_size: int
    attempts: int
    pattern: Any
    dead_letters: str | None

    @classmethod
    def of(cls, properties: Resource) -> "StreamMapping":
        """Read the properties of an event source mapping. Raises UnknownFilter."""
        failed = properties.get("DestinationConfig", {}).get("OnFailure", {})
        return cls(
            stream=properties["EventSourceArn"],
            function=properties["FunctionName"],
            batch_size=int(properties.get("BatchSize", 100)),
            attempts=int(properties.get("MaximumRetryAttempts", 20)),
            pattern=_pattern(properties.get("FilterCriteria", {}).get("Filters", [])),
            dead_letters=failed.get("Destination"),
        )

    @property
    def table(self) -> str:
        """Name the table."""
        return self.stream.partition(":table/")[2].partition("/")[0]


class StreamPoller:
    """Follows one stream. It is at rest when all that changed was handed over."""

    def __init__(self, mapping: StreamMapping, submit: Submit) -> None:
        self.mapping = mapping
        self._submit = submit
        self._changed = threading.Condition()
        self._records: deque[Record] = deque()
        self._tries = 0
        self._at_most = mapping.batch_size

    def start(self) -> None:
        """Follow in the background."""
        threading.Thread(target=self._follow, daemon=True).start()

    @property
    def empty(self) -> bool:
        """Tell whether nothing is left; a batch stays until it is done."""
        return not self._records

    @property
    def quiet(self) -> bool:
        """Tell whether nothing will happen here before something changes."""
        return self.empty

    def next_visible(self) -> float | None:
        """Give None: nothing waits here for its time."""

    def move_on(self, seconds: float) -> None:
        """Let time pass; that changes nothing here."""

    def wants(self, change: Record) -> bool:
        """Tell whether a change of an item is asked for."""
        pattern = self.mapping.pattern
        return pattern is None or _fits(pattern["dynamodb"], change)

    def take(self, record: Record) -> None:
        """Take a change."""
        with self._changed:
            self._records.append(record)
            self._changed.notify()

    def _follow(self) -> None:
        """Hand over batches as long as the server runs, one at a time."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._records)
                batch = list(islice(self._records, self._at_most))
            event = json.dumps({"Records": batch}, default=_spelled).encode()
            self._settle(batch, self._submit(self.mapping.function, event))

    def _settle(self, batch: list[Record], done: Future[Outcome]) -> None:
        """Let go of what was done; what was not is tried again, at last alone, then put apart."""
        ids = [record["dynamodb"]["SequenceNumber"] for record in batch]
        failed = queues.failed_ids(done.result(), ids, by_item=True)
        told = next((place for place, each in enumerate(ids) if each in failed), len(ids))
        self._drop(told)
        self._tries = 0 if told else self._tries + 1
        if told == len(batch):
            self._at_most = self.mapping.batch_size
            return
        self._at_most = max(1, (len(batch) - told) // 2)
        if self._tries > self.mapping.attempts:
            self._put_apart(batch[0])
        time.sleep(_PAUSE)

    def _put_apart(self, record: Record) -> None:
        """Give up a change: where it lies in the stream is kept, as on AWS, not what it is."""
        number = record["dynamodb"]["SequenceNumber"]
        place = {"streamArn": self.mapping.stream, "startSequenceNumber": number}
        if self.mapping.dead_letters:
            queues.send(self.mapping.dead_letters, json.dumps({"DDBStreamBatchInfo": place}))
        self._tries = 0
        self._drop(1)

    def _drop(self, number: int) -> None:
        """Let go of the first so many changes."""
        with self._changed:
            for _ in range(number):
                self._records.popleft()


def hook_streams(pollers: Iterable[StreamPoller], clock: ProductClock) -> None:
    """Have each change of a table that is followed handed to who follows it, at once."""
    following = {poller.mapping.table: poller for poller in pollers}
    numbers = count(_FIRST)

    def add(shard: StreamShard, old: Item | None, new: Item | None) -> None:
        poller = following.get(shard.table.name)
        if poller is None:
            return
        before, after = _image(old), _image(new)
        if before == after:
            return
        image = before or after
        names = filter(None, (shard.table.hash_key_attr, shard.table.range_key_attr))
        keys = {name: image[name] for name in names}
        change = {"Keys": keys, "OldImage": before, "NewImage": after}
        if poller.wants(change):
            poller.take(_record(poller.mapping.stream, change, next(numbers), clock.time()))

    replace(StreamShard, "add", add)


def _record(stream: str, change: Mapping[str, Any], number: int, at: float) -> Record:
    """Write a change as Lambda sees it: an image that is not there is left out."""
    told = {name: image for name, image in change.items() if image}
    kind = "INSERT" if "OldImage" not in told else "MODIFY" if "NewImage" in told else "REMOVE"
    return {
        "eventID": uuid.uuid4().hex,
        "eventName": kind,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "dynamodb": {
            "ApproximateCreationDateTime": int(at),
            "SequenceNumber": str(number),
            "StreamViewType": "NEW_AND_OLD_IMAGES",
            **told,
        },
        "eventSourceARN": stream,
    }


def _image(item: Item | None) -> dict[str, Any]:
    """Give an item as it is at this moment: moto changes it in place."""
    image: dict[str, Any] = item.to_json()["Attributes"] if item is not None else {}
    return image


def _pattern(filters: list[Mapping[str, str]]) -> Any:  # noqa: ANN401 - any JSON
    """Read the one filter that there may be. Raises UnknownFilter."""
    if not filters:
        return None
    found = json.loads(filters[0]["Pattern"])
    if found.keys() != {"dynamodb"} or len(filters) > 1 or not all(map(_is_known, _leaves(found))):
        raise UnknownFilter(filters[0]["Pattern"])
    return found


def _leaves(pattern: Any) -> Iterator[Any]:  # noqa: ANN401 - any JSON
    """Give what the values of a pattern may be."""
    for each in pattern.values() if isinstance(pattern, dict) else ():
        yield from _leaves(each) if isinstance(each, dict) else each


def _is_known(allowed: Any) -> bool:  # noqa: ANN401 - any JSON
    """Tell whether it is a value itself, how it begins, or that there is none."""
    return not isinstance(allowed, dict) or allowed.keys() == {"prefix"} or allowed == _ABSENT


def _fits(pattern: Any, value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Tell whether a value is as a pattern says."""
    if isinstance(pattern, dict):
        held = value or {}
        return all(_fits(each, held.get(name)) for name, each in pattern.items())
    return any(_allows(each, value) for each in pattern)


def _allows(allowed: Any, value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Tell whether a value is one that is allowed."""
    if allowed == _ABSENT:
        return value is None
    if isinstance(allowed, dict):
        return isinstance(value, str) and value.startswith(allowed["prefix"])
    return bool(value == allowed)


def _spelled(value: object) -> object:
    """Spell what JSON has no way for."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value)} in a stream")
