"""The local server: puts the pieces together, starts them, says when it is ready, and ends."""

import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from local import moto_hooks, moto_speed, schedules
from local.aws import AwsServer
from local.clock import ProductClock
from local.control import Control
from local.deploy import Deployment, deploy, parameters_for
from local.gateway import Gateway
from local.moto_hooks import ExecutionsWaiting
from local.queues import Poller
from local.roles import SIGNED_WITH
from local.routes import RouteTable
from local.schedules import Scheduler
from local.stillness import Stillness, TimeMachine
from local.streams import StreamPoller, hook_streams
from local.template import REGION
from local.workers import Outcome, Pool, failure

HERE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line says; port 0 is any free one."""

    api_port: int = 3000
    aws_port: int = 4566
    sources: Mapping[str, str] = field(default_factory=dict)
    now: datetime | None = None
    quiet: bool = False
    root: Path = HERE
    webhook_origins: Sequence[str] = ()


class LocalServer:
    """The whole product in this process and its workers."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._folder = tempfile.TemporaryDirectory(prefix="tidemark-local-")
        self._log = os.open(os.devnull, os.O_WRONLY) if settings.quiet else sys.stderr.fileno()
        self._pools: dict[str, Pool] = {}
        self._waiting = ExecutionsWaiting()
        self.clock = ProductClock(self._file("clock"), settings.now)
        self.aws = AwsServer(settings.aws_port)
        self._hook()
        self.gateway = self._deployed(deploy(settings.root, *self._inputs()))

    def start(self) -> None:
        """Start to listen."""
        self.aws.start()
        self.gateway.start()
        for poller in self._pollers:
            poller.start()
        self._scheduler.start()
        threading.Thread(target=self._warm, daemon=True).start()

    def stop(self) -> None:
        """Kill the workers and clear up."""
        for pool in self._pools.values():
            pool.stop()
        self._folder.cleanup()

    def invoke(self, function: str, payload: bytes, *, waits: bool) -> Outcome:
        """Run a function by its ARN; an outcome that nobody waits for is only logged."""
        future = self.submit(function, payload)
        return future.result() if waits else Outcome(b"", failed=False)

    def submit(self, function: str, payload: bytes) -> Future[Outcome]:
        """Run a function by its ARN or its name."""
        pool = self._pools.get(function.rpartition(":")[2])
        if pool is not None:
            return pool.submit(payload)
        unknown: Future[Outcome] = Future()
        unknown.set_result(failure("ResourceNotFoundException", f"no function {function}"))
        return unknown

    def note(self, line: str) -> None:
        """Write a line of the server's own log."""
        os.write(self._log, f"{line}\n".encode())

    def _hook(self) -> None:
        """Reach into moto where that is needed, before anything exists."""
        moto_hooks.hook_invocations(self.invoke)
        moto_hooks.hook_queues()
        moto_speed.hook_speed()
        moto_hooks.hook_time(self.clock, self._waiting)
        os.environ["MOTO_PORT"] = str(self.aws.port)

    def _inputs(self) -> tuple[dict[str, str], dict[str, str]]:
        """Give the template's parameters and what every function's environment has besides."""
        extra = {
            "AWS_ENDPOINT_URL": self.aws.url,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": SIGNED_WITH,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "CLOCK_OFFSET_FILE": str(self._file("clock")),
            "PRICES_FILE": str(self._file("prices.json")),
        }
        given = parameters_for(self.settings.sources, self.settings.webhook_origins)
        return given, extra

    def _deployed(self, deployment: Deployment) -> Gateway:
        """Set up what moto does not run."""
        self.aws.hold_to(deployment.roles)
        root = self.settings.root
        for spec in deployment.functions:
            self._pools[spec.arn.rpartition(":")[2]] = Pool(spec, root, log=self._log)
        streams = [StreamPoller(mapping, self.submit) for mapping in deployment.streams]
        hook_streams(streams, self.clock)
        queues = [Poller(mapping, self.submit) for mapping in deployment.mappings]
        self._pollers: list[StreamPoller | Poller] = [*streams, *queues]
        self._scheduler = Scheduler(
            deployment.schedules,
            self.clock,
            lambda schedule, at: schedules.deliver(schedule, at, self.invoke),
        )
        still = Stillness(self._pools.values(), self._pollers, self._waiting, self.clock)
        machine = TimeMachine(self.clock, self._scheduler, still)
        control = Control(self.clock, machine, still, self._file("prices.json"))
        gateway = Gateway(self.settings.api_port, control, self.submit, self.note)
        gateway.routes = RouteTable(deployment.routes)
        self._first = {route.function.rpartition(":")[2] for route in deployment.routes}
        return gateway

    def _warm(self) -> None:
        """Start a first worker for each function, those behind the API first."""
        for name in sorted(self._pools, key=lambda name: name not in self._first):
            self._pools[name].warm()

    def _file(self, name: str) -> Path:
        """Name a file of this server."""
        return Path(self._folder.name) / name


def serve(settings: Settings) -> None:
    """Run a local server until SIGTERM or SIGINT."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with redirect_stdout(sys.stderr):  # standard output is for the one line alone
        server = LocalServer(settings)
        server.start()
        urls = {"api": server.gateway.url, "aws": server.aws.url}
        os.write(1, (json.dumps({"ready": True, **urls}) + "\n").encode())
        if settings.quiet:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        ended.wait()
        server.stop()
