"""Worker processes by function: started on demand, kept warm, killed when time is up."""

import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from local.runtime import Call, RuntimeApi

_INIT_SECONDS = 60.0
_LARGEST_RESPONSE = 6 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """One Lambda function of the template, everything resolved; ``timeout`` in seconds."""

    name: str
    arn: str
    handler: str
    timeout: float
    memory: int
    environment: Mapping[str, str] = field(repr=False)
    concurrency: int = 4


class Outcome(NamedTuple):
    """What an invocation came to: the function's answer, or AWS's error object."""

    payload: bytes
    failed: bool


class _Waiting(NamedTuple):
    """An invocation that is not done."""

    id: str
    payload: bytes
    future: "Future[Outcome]"


def failure(kind: str, message: str) -> Outcome:
    """Make the outcome of an invocation that came to nothing."""
    return Outcome(json.dumps({"errorType": kind, "errorMessage": message}).encode(), failed=True)


class Pool:
    """The workers of one function, sharing one line of invocations."""

    def __init__(self, spec: FunctionSpec, root: Path, *, log: int) -> None:
        self.spec = spec
        self.root = root
        self.log = log
        self.changed = threading.Condition()
        self.line: deque[_Waiting] = deque()
        self.workers: set[Worker] = set()

    def invoke(self, payload: bytes) -> Outcome:
        """Run the function and wait for what it comes to."""
        return self.submit(payload).result()

    def submit(self, payload: bytes) -> "Future[Outcome]":
        """Run the function."""
        waiting = _Waiting(str(uuid.uuid4()), payload, Future())
        with self.changed:
            self.line.append(waiting)
            if self._short_handed():
                self._start_one()
            self.changed.notify_all()
        return waiting.future

    def warm(self) -> None:
        """Start a first worker before it is needed, and wait until it is ready or gone."""
        with self.changed:
            if not self.workers:
                self._start_one()
            self.changed.wait_for(lambda: all(worker.ready for worker in self.workers))

    @property
    def at_work(self) -> bool:
        """Tell whether an invocation is under way or waits for a worker."""
        with self.changed:
            return bool(self.line) or any(worker.doing for worker in self.workers)

    def stop(self) -> None:
        """Kill all workers."""
        with self.changed:
            workers = list(self.workers)
        for worker in workers:
            worker.kill()

    def gone(self, worker: "Worker") -> None:
        """Take note of a worker that has ended, and replace it if it is missed."""
        with self.changed:
            self.workers.discard(worker)
            if worker.init_error and self.line:
                self.line.popleft().future.set_result(Outcome(worker.init_error, failed=True))
            if self._short_handed():
                self._start_one()
            self.changed.notify_all()

    def _short_handed(self) -> bool:
        """Tell whether another worker is needed and allowed."""
        free = sum(worker.free for worker in self.workers)
        return free < len(self.line) and len(self.workers) < self.spec.concurrency

    def _start_one(self) -> None:
        """Start a worker; the lock is held."""
        self.workers.add(Worker(self))


class Worker:
    """One process and what it is doing."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.doing: _Waiting | None = None
        self.init_error: bytes | None = None
        self.ready = False
        self._dead = False
        self._api = RuntimeApi(self)
        self._api.start()
        self._limit = _timer(_INIT_SECONDS, self._init_too_slow)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "local.worker", pool.spec.handler],
            cwd=pool.root,
            env=environment_of(pool.spec, pool.root, self._api.address),
            stdin=subprocess.PIPE,
            stdout=pool.log,
            stderr=pool.log,
        )
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def free(self) -> bool:
        """Tell whether the worker waits for an invocation, or will once it has started."""
        return self.doing is None and not self._dead

    def next_call(self) -> Call | None:
        """Wait for the next invocation and begin with it."""
        self._limit.cancel()
        with self.pool.changed:
            self.ready = True
            self.pool.changed.notify_all()
            self.pool.changed.wait_for(lambda: self.pool.line or self._dead)
            if self._dead:
                return None
            self.doing = self.pool.line.popleft()
            self._limit = _timer(self.pool.spec.timeout, self._too_slow)
            deadline = time.time() + self.pool.spec.timeout
            return Call(self.doing.id, self.pool.spec.arn, self.doing.payload, deadline)

    def done(self, call_id: str, payload: bytes, *, failed: bool) -> bool:
        """Pass on the result of the invocation under way."""
        if len(payload) > _LARGEST_RESPONSE:
            outcome = failure("Function.ResponseSizeTooLarge", "Response payload is over 6 MB.")
        else:
            outcome = Outcome(payload, failed)
        return self._finish(call_id, outcome)

    def init_failed(self, error: bytes) -> None:
        """Keep why the handler could not be imported; the process ends by itself."""
        self.init_error = error

    def kill(self) -> None:
        """Kill the process."""
        self._process.kill()

    def _finish(self, call_id: str | None, outcome: Outcome) -> bool:
        """Give the invocation under way its outcome; False if it is another one or none."""
        with self.pool.changed:
            waiting = self.doing
            if waiting is None or call_id not in {None, waiting.id}:
                return False
            self._limit.cancel()
            self.doing = None
        waiting.future.set_result(outcome)
        return True

    def _too_slow(self) -> None:
        """End an invocation that took too long."""
        self._dead = True
        message = f"Task timed out after {self.pool.spec.timeout:.2f} seconds"
        self._finish(None, failure("Sandbox.Timedout", message))
        self.kill()

    def _init_too_slow(self) -> None:
        """End a start that took too long."""
        self._dead = True
        self.init_error = failure(
            "Sandbox.Timedout", "The handler was not imported in time"
        ).payload
        self.kill()

    def _watch(self) -> None:
        """Wait for the process to end, and clear up."""
        status = self._process.wait()
        self._limit.cancel()
        with self.pool.changed:
            self._dead = True
        message = f"Runtime exited with status {status}"
        self._finish(None, failure("Runtime.ExitError", message))
        self.pool.gone(self)
        self._api.stop()


def _timer(seconds: float, then: Callable[[], None]) -> threading.Timer:
    """Call something after a time, unless it is cancelled."""
    timer = threading.Timer(seconds, then)
    timer.daemon = True
    timer.start()
    return timer


def environment_of(spec: FunctionSpec, root: Path, runtime_api: str) -> dict[str, str]:
    """Make the environment of a worker: the template's and Lambda's own, nothing of ours.

    The worker must find tidemark (``shared``, which is the layer) and the functions; the folder of
    this package comes last.
    """
    here = Path(__file__).resolve().parent.parent
    own = {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "TZ": ":UTC",
        "PYTHONPATH": os.pathsep.join(map(str, dict.fromkeys((root / "shared", root, here)))),
        "PYTHONUNBUFFERED": "1",
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_LAMBDA_FUNCTION_NAME": spec.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "LAMBDA_TASK_ROOT": str(root),
        "_HANDLER": spec.handler,
    }
    return own | dict(spec.environment)
