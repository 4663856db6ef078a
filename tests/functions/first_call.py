"""``python -m tests.functions.first_call NAME EVENT`` runs a function once, as Lambda would.

The environment is that of a function; the last line of output names all modules that were loaded.
"""

import json
import sys
from importlib import import_module
from pathlib import Path

from tidemark.errors import StoreUnavailable

EVENTS = Path(__file__).parents[2] / "events"


class Context:
    """An invocation with a minute to go."""

    aws_request_id = "request-1"
    function_name = "function"
    memory_limit_in_mb = 256
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:function"

    def get_remaining_time_in_millis(self) -> int:
        """Give what is left."""
        return 60_000


def main(name: str, event: str) -> None:
    """Run a function, where no table can be reached."""
    handler = import_module(f"functions.{name}.app").handler
    try:
        answer = json.dumps(handler(json.loads((EVENTS / f"{event}.json").read_text()), Context()))
    except StoreUnavailable:
        answer = "StoreUnavailable"
    sys.stdout.write(f"{answer}\n{' '.join(sys.modules)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
