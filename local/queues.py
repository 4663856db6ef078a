"""Event source mappings: takes messages from queues in batches and hands them to functions.

As Lambda does: batch size, one visibility timeout per batch, partial batch responses, redrive.
The queues are moto's; only this module looks into them.
"""

import json
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.utils import unix_time_millis
from moto.sqs.exceptions import ReceiptHandleIsInvalid
from moto.sqs.models import Message, Queue, sqs_backends

from local.template import REGION, Resource
from local.workers import Outcome

_MOST_AT_ONCE = 4  # batches of one mapping; more would only crowd this machine

_DELAYS = "tidemark:delays"
"""The tag of a queue whose delayed messages wait for somebody outside: nothing is at work then."""

type Submit = Callable[[str, bytes], Future[Outcome]]


@dataclass(frozen=True, slots=True)
class Mapping:
    """A queue whose messages a function takes."""

    queue: str
    function: str
    batch_size: int
    by_item: bool
    at_once: int

    @classmethod
    def of(cls, properties: Resource) -> "Mapping":
        """Read the properties of an event source mapping."""
        wanted = int(
            (properties.get("ScalingConfig") or {}).get("MaximumConcurrency", _MOST_AT_ONCE)
        )
        return cls(
            queue=properties["EventSourceArn"],
            function=properties["FunctionName"],
            batch_size=int(properties.get("BatchSize", 10)),
            by_item="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", []),
            at_once=min(wanted, _MOST_AT_ONCE),
        )


class Poller:
    """Polls the queue of one mapping."""

    def __init__(self, mapping: Mapping, submit: Submit) -> None:
        self.mapping = mapping
        self._submit = submit
        self._free = threading.Semaphore(mapping.at_once)
        self._in_hand: set[str] = set()
        self._queue = _queue(mapping.queue)
        self._hidden_for = int(self._queue.attributes.get("VisibilityTimeout", 30))
        self._lock = self._queue._messages_lock  # noqa: SLF001 (moto's own, for what it forgets)
        self._backend = sqs_backends[DEFAULT_ACCOUNT_ID][REGION]

    def start(self) -> None:
        """Poll in the background."""
        threading.Thread(target=self._poll, daemon=True).start()

    @property
    def empty(self) -> bool:
        """Tell whether no message is left, visible or not.

        Where delays are for others' sake, a message that is delayed is none.
        """
        messages = self._queue._messages  # noqa: SLF001 (``messages`` hides those under way)
        if self._queue.tags.get(_DELAYS) != "for-others":
            return not messages
        with self._lock:
            now = unix_time_millis()
            return all(each.delayed_until > now for each in messages)

    @property
    def quiet(self) -> bool:
        """Tell whether nothing will happen here before time goes on."""
        with self._lock:
            return not self._in_hand and not self._queue.messages

    def next_visible(self) -> float | None:
        """Give in how many seconds the next hidden message can be seen, or None."""
        with self._lock:
            hidden = [_hidden_for(message) for message in self._resting()]
        return min((seconds for seconds in hidden if seconds > 0), default=None)

    def move_on(self, seconds: float) -> None:
        """Let time pass for hidden messages, except those that a function works on."""
        with self._lock:
            for message in self._resting():
                message.visible_at -= seconds * 1000
                message.delayed_until -= seconds * 1000
            self._lock.notify_all()

    def _resting(self) -> list[Message]:
        """Give the messages that no function works on; the lock is held."""
        messages = self._queue._messages  # noqa: SLF001 (``messages`` hides some)
        return [message for message in messages if message.id not in self._in_hand]

    def _poll(self) -> None:
        """Take batches as long as the server runs."""
        while True:
            self._free.acquire()
            batch = self._take()
            if batch:
                event = json.dumps({"Records": [self._record(m) for m in batch]}).encode()
                outcome = self._submit(self.mapping.function, event)
                outcome.add_done_callback(partial(self._settle, batch))
            else:
                self._free.release()

    def _take(self) -> Sequence[Message]:
        """Take a batch; wait for one for up to a second."""
        self._queue.wait_for_messages(1)
        with self._lock:
            batch: Sequence[Message] = self._backend.receive_message(
                self._queue.name, self.mapping.batch_size, 0, self._hidden_for
            )
            self._in_hand.update(message.id for message in batch)
        return batch

    def _settle(self, batch: Sequence[Message], done: Future[Outcome]) -> None:
        """Delete the messages that were done; the others show up again after their timeout."""
        failed = failed_ids(done.result(), [m.id for m in batch], by_item=self.mapping.by_item)
        for message in batch:
            if message.id not in failed:
                self._delete(message)
        with self._lock:
            self._in_hand.difference_update(message.id for message in batch)
        self._free.release()

    def _delete(self, message: Message) -> None:
        """Delete a message, unless somebody else did."""
        try:
            self._backend.delete_message(self._queue.name, message.receipt_handle or "")
        except ReceiptHandleIsInvalid:
            return

    def _record(self, message: Message) -> dict[str, Any]:
        """Write a message as Lambda sees it."""
        return {
            "messageId": message.id,
            "receiptHandle": message.receipt_handle,
            "body": message.body,
            "attributes": {
                "ApproximateReceiveCount": str(message.approximate_receive_count),
                "SentTimestamp": str(message.sent_timestamp),
                "SenderId": str(message.sender_id),
                "ApproximateFirstReceiveTimestamp": str(
                    message.approximate_first_receive_timestamp
                ),
            },
            "messageAttributes": _attributes(message),
            "md5OfBody": message.body_md5,
            "eventSource": "aws:sqs",
            "eventSourceARN": self.mapping.queue,
            "awsRegion": REGION,
        }


def send(queue: str, body: str) -> None:
    """Send a message to the queue with an ARN."""
    sqs_backends[DEFAULT_ACCOUNT_ID][REGION].send_message(_queue(queue).name, body)


def failed_ids(outcome: Outcome, ids: Iterable[str], *, by_item: bool) -> set[str]:
    """Read from a function's answer which messages failed; an answer that cannot be read: all."""
    everything = set(ids)
    if outcome.failed:
        return everything
    if not by_item:
        return set()
    try:
        said = json.loads(outcome.payload) or {}
        failed = {item["itemIdentifier"] for item in said.get("batchItemFailures") or []}
    except (ValueError, TypeError, KeyError, AttributeError):
        return everything
    return failed if failed.issubset(everything) else everything


def _queue(arn: str) -> Queue:
    """Find a queue by its ARN."""
    return sqs_backends[DEFAULT_ACCOUNT_ID][REGION].get_queue(arn.rpartition(":")[2])


def _hidden_for(message: Message) -> float:
    """Give for how many seconds a message cannot be seen yet."""
    until = max(message.visible_at, message.delayed_until)
    return (until - float(unix_time_millis())) / 1000


def _attributes(message: Message) -> dict[str, Any]:
    """Write message attributes as Lambda spells them."""
    names = {"StringValue": "stringValue", "BinaryValue": "binaryValue", "DataType": "dataType"}
    return {
        name: {names[key]: value for key, value in attribute.items() if key in names}
        for name, attribute in message.message_attributes.items()
    }
