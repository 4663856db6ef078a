"""What functions have loaded after their first call to AWS: each cold start pays for all of it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.played import environment

ROOT = Path(__file__).parents[2]
HEAVY = {"boto3", "pynamodb", "httpx", "urllib3", "embit", "cryptography"}
NEVER_IN_WORKERS = HEAVY | {"pydantic", "asyncio"}
NOBODY = "http://127.0.0.1:9/"


def loaded_by(name: str, event: str) -> tuple[str, set[str]]:
    """Run a function in a process of its own; give its last words and what it loaded."""
    variables = {
        **environment(),
        "PYTHONPATH": f"{ROOT / 'shared'}:{ROOT}",
        "AWS_LAMBDA_FUNCTION_NAME": "function",
        "AWS_ACCESS_KEY_ID": "AKID",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
        "AWS_ENDPOINT_URL": NOBODY,
    }
    command = [sys.executable, "-m", "tests.functions.first_call", name, event]
    done = subprocess.run(command, env=variables, capture_output=True, check=True, text=True)  # noqa: S603 - ourselves
    *said, modules = done.stdout.splitlines()
    return "\n".join(said), set(modules.split())


@pytest.mark.parametrize(
    ("name", "event", "heavy"),
    [
        ("api", "api_list_integrations", HEAVY),
        ("sync_integration", "sqs_sync", NEVER_IN_WORKERS),
        ("resync_step", "step", NEVER_IN_WORKERS),
    ],
)
def test_no_heavy_library_is_loaded(name: str, event: str, heavy: set[str]) -> None:
    """Nothing of botocore either: Powertools loads its empty package, and nothing of it."""
    said, loaded = loaded_by(name, event)

    assert "StoreUnavailable" in said, "it came as far as its first call"
    assert [module for module in loaded if module.startswith("botocore.")] == []
    assert not loaded & heavy
