"""A worker process: one Lambda execution environment, run by AWS's own runtime client.

Started as ``python -m local.worker HANDLER`` with the server's end of a pipe as standard input.
The pipe says nothing; it ends when the server is gone, however it went, and so does the worker.
"""

import os
import sys
import threading
from collections.abc import Callable

from awslambdaric.__main__ import main


def _die_with_the_server() -> None:
    """End this process as soon as the pipe from the server is closed."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_die_with_the_server, daemon=True).start()
    run: Callable[[list[str]], None] = main
    run(sys.argv)
