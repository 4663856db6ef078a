"""The command line keeps the local server's contract."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from local.child import FREE_PORTS
from tests.local.conftest import TOY, Toy

ROOT = Path(__file__).parents[2]


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m local``."""
    command = [sys.executable, "-m", "local", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)  # noqa: S603


def test_token_prints_a_token_that_is_accepted(toy: Toy) -> None:
    """The token of another process opens a server that runs."""
    bearer = _run("token", "--owner", "bob", "--scope", "read").stdout.strip()

    answer = httpx.get(
        f"{toy.child.api}/v1/things/1", headers={"authorization": f"Bearer {bearer}"}
    )

    assert answer.json()["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] == "bob"


def test_serve_prints_exactly_one_line_and_ends_quietly() -> None:
    """Standard output has the line that says it is ready; --quiet logs nothing; SIGTERM ends it."""
    command = [sys.executable, "-m", "local", "serve", *FREE_PORTS, "--root", str(TOY), "--quiet"]
    server = subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    ready = json.loads(server.stdout.readline())
    httpx.get(f"{ready['api']}/v1/open")

    server.terminate()
    rest, log = server.communicate(timeout=20)

    assert ready["ready"] is True
    assert set(ready) == {"ready", "api", "aws"}
    assert (server.returncode, rest, log) == (0, "", "")


def test_a_port_that_is_taken_is_told_in_one_line(toy: Toy) -> None:
    """And how to take another one."""
    taken = str(urlsplit(toy.child.api).port)

    ended = _run("serve", "--root", str(TOY), "--api-port", taken, "--aws-port", "0", "--quiet")

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (
        f"Port {taken} of 127.0.0.1 is taken: end what is there, or choose others "
        "(--api-port, --aws-port; 0: any free one).\n"
    )


@pytest.mark.parametrize("name", ["kraken", "esplora", "enable_banking", "gocardless"])
def test_a_source_runs_as_the_readme_calls_it(name: str) -> None:
    """By ``python -m`` alone, without a path to the package."""
    command = [sys.executable, "-m", f"local.sources.{name}", "--help"]
    environment = {n: v for n, v in os.environ.items() if n != "PYTHONPATH"}
    ended = subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=environment, capture_output=True, check=False, text=True
    )

    assert (ended.returncode, ended.stderr) == (0, "")
    assert "--port" in ended.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("serve", "--source", "kraken"),
        ("serve", "--source", "kraken=file:///etc/passwd"),
        ("serve", "--source", "=http://127.0.0.1:1"),
        ("serve", "--webhook-origin", "127.0.0.1:9400"),
        ("serve", "--webhook-origin", "http://127.0.0.1:9400/hook"),
        ("serve", "--webhook-origin", "http://127.0.0.1:many"),
        ("serve", "--now", "yesterday"),
        ("serve", "--root", "/nowhere"),
        ("serve", "--api-port", "many"),
        ("token",),
    ],
)
def test_nonsense_is_refused(arguments: tuple[str, ...]) -> None:
    """A command line that makes no sense is refused at once."""
    ended = _run(*arguments)

    assert ended.returncode == 2
    assert ended.stdout == ""
