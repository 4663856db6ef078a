"""Measured runs: each contestant is a child process, its servers are processes of their own."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bench.tables import OURS, THEIRS, environment
from local.sources.kraken import KEY, SECRET

_THEIR_PYTHON = ".venv-bench/bin/python"
TIDEMARK, SCRIPT = "Tidemark", "script"


class Failed(Exception):
    """A child process ended with an error, which it told on standard error."""


@dataclass(frozen=True)
class Cost:
    """What a process cost: CPU seconds (``start_up`` of them before it began), most memory."""

    cpu: float
    told: Mapping[str, Any]

    @property
    def start_up(self) -> float:
        """Give the CPU seconds that went by before there was any work."""
        return float(self.told["start_up"])

    @property
    def peak_mb(self) -> float:
        """Give the most memory."""
        return float(self.told["peak_kb"]) / 1024


def child(command: Sequence[str], variables: Mapping[str, str]) -> Cost:
    """Run a process to its end; its last line is JSON. User and system time count alike."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, **variables})
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    lines = process.stdout.read().splitlines()
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Failed(" ".join(command))
    return Cost(usage.ru_utime + usage.ru_stime, json.loads(lines[-1]))


@contextmanager
def serving(module: str, *arguments: str) -> Iterator[str]:
    """Run a server for a while; give its URL, which is its first line."""
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


@dataclass
class Stage:
    """A source and a cloud, and an account that both contestants may read into its tables."""

    source: str
    cloud: str
    seed: int
    connected: Mapping[str, str] = field(init=False)
    excluded: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make tables and connect the account."""
        self.connected = self._do("prepare")

    @property
    def variables(self) -> dict[str, str]:
        """Give the environment of a function: its tables, and what Lambda sets, a role's token too.

        Both contestants have it. By its name Tidemark knows that the credentials are Lambda's, and
        looks for no others; boto3 finds them in its own way.
        """
        names = (
            "CREDENTIALS_KEY_ID",
            "CURSOR_KEY_ID",
            "SYNC_QUEUE_URL",
            "FILES_QUEUE_URL",
            "VALUES_QUEUE_URL",
            "WEBHOOKS_QUEUE_URL",
            "FILES_BUCKET",
            "STATE_MACHINE_ARN",
        )
        return {
            **environment(),
            **dict.fromkeys(names, "bench"),
            "SOURCES": json.dumps({"kraken": self.source}),
            "AWS_ENDPOINT_URL": self.cloud,
            "AWS_REGION": "eu-central-1",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_SESSION_TOKEN": "bench",
            "AWS_LAMBDA_FUNCTION_NAME": "bench",
            "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONPATH": "shared:.",
        }

    def damage(self, *, excluded: int, holes: int) -> None:
        """Exclude transactions and remove others, in both tables."""
        asked = {"excluded": excluded, "holes": holes, "seed": self.seed}
        self.excluded = self._do("damage", **asked)["excluded"]

    def measure(self, who: str, mode: str) -> dict[str, Any]:
        """Run one contestant once: what it cost, what it asked for, what came out."""
        sync = self._do("request", mode=mode)["sync"] if who == TIDEMARK else ""
        self._reset()
        cost = child(self._command(who, sync), self.variables)
        counted = self._counted()
        verdict = self._do("check", who=who, sync=sync, excluded=self.excluded)
        table = OURS if who == TIDEMARK else THEIRS
        return {
            "cpu": cost.cpu,
            "own_cpu": cost.cpu - cost.start_up,
            "peak_mb": cost.peak_mb,
            "dynamodb_calls": counted.get("calls", 0),
            "aws_calls": counted.get("calls", 0) + counted.get("other_calls", 0),
            "write_units": counted.get("write_units", 0),
            "read_units": counted.get("read_units", 0),
            "written": counted.get(f"items written to {table}", 0),
            "source_calls": counted["source_calls"],
            **verdict,
        }

    def _command(self, who: str, sync: str) -> list[str]:
        """Give the command line of a contestant."""
        if who == SCRIPT:
            return [_THEIR_PYTHON, "bench/script.py", self.source, THEIRS, KEY, SECRET]
        place = [self.connected["owner"], self.connected["integration"], sync]
        return [sys.executable, "-m", "bench.product", *place]

    def _do(self, command: str, **asked: object) -> dict[str, Any]:
        """Do something that is not measured."""
        integration = {} if command == "prepare" else self.connected
        text = json.dumps({**integration, **asked})
        answer = child([sys.executable, "-m", "bench.state", command, text], self.variables)
        return dict(answer.told)

    def _reset(self) -> None:
        """Start counting."""
        request = urllib.request.Request(self.cloud, method="DELETE")  # noqa: S310 - our own
        urllib.request.urlopen(request).close()  # noqa: S310 - the same
        self._source_calls()

    def _counted(self) -> dict[str, float]:
        """Give what was counted since then."""
        with urllib.request.urlopen(self.cloud) as answer:  # noqa: S310 - our own
            counted: dict[str, float] = json.load(answer)
        return {**counted, "source_calls": self._source_calls()}

    def _source_calls(self) -> int:
        """Give the calls to the source since it was last asked."""
        with urllib.request.urlopen(f"{self.source}/bench/calls") as answer:  # noqa: S310 - our own
            return int(json.load(answer))
