"""A local server as a child process, and a client for it: for the demo, for play, for tests."""

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import httpx

from local.identity import token
from local.trouble import CannotStart

_PATIENCE = 15.0  # seconds from SIGTERM to SIGKILL


class NotReady(CannotStart):
    """The server ended before it was ready; its log says why."""


class ServerChild(AbstractContextManager["ServerChild"]):
    """``python -m local serve`` in a process of its own, on free ports unless told otherwise."""

    def __init__(self, *arguments: str, log: IO[bytes] | int | None = None) -> None:
        command = [sys.executable, "-m", "local", "serve", *arguments]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, cwd=Path(__file__).resolve().parent.parent
        )
        self.api, self.aws = self._ready()
        self._clients: dict[str, httpx.Client] = {}

    @property
    def pid(self) -> int:
        """Give the number of the server's process."""
        return self._process.pid

    def client(self, owner: str, scope: str = "read write") -> httpx.Client:
        """Give a client that calls the API for an owner."""
        name = f"{owner} {scope}"
        if name not in self._clients:
            headers = {"authorization": f"Bearer {token(owner, scope)}"}
            self._clients[name] = httpx.Client(
                base_url=self.api, headers=headers, timeout=60, trust_env=False
            )
        return self._clients[name]

    def idle(self, timeout: float = 60) -> bool:
        """Wait until nothing is at work; False if that took too long."""
        answer = self._local("GET", f"/_local/idle?timeout={timeout}")
        return bool(answer["idle"])

    def advance(self, seconds: float) -> str:
        """Move the product's clock on; give what it shows now."""
        return str(self._local("POST", "/_local/clock", {"advance_seconds": seconds})["now"])

    def stop(self) -> int:
        """End the server; give its exit status."""
        for client in self._clients.values():
            client.close()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.terminate()
        try:
            return self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _ready(self) -> tuple[str, str]:
        """Wait for the line that says where the server listens."""
        line = self._process.stdout.readline() if self._process.stdout else b""
        if not line:
            raise NotReady(f"the local server ended with status {self._process.wait()}")
        ready = json.loads(line)
        return ready["api"], ready["aws"]

    def _local(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> dict[str, object]:
        """Ask the local server itself, however long it takes."""
        with httpx.Client(base_url=self.api, timeout=None, trust_env=False) as client:  # noqa: S113
            answer = client.request(method, path, json=body)
        said: dict[str, object] = answer.json()
        return said


def source_arguments(sources: Mapping[str, str]) -> list[str]:
    """Spell the base URLs of sources for the command line."""
    return [part for name, url in sources.items() for part in ("--source", f"{name}={url}")]


FREE_PORTS = ("--api-port", "0", "--aws-port", "0")
