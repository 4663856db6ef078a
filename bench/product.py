"""Tidemark as a worker runs it: one queued sync, from lease to finish, in a process of its own.

``python -m bench.product OWNER INTEGRATION SYNC``; the environment is that of a function, with the
credentials that Lambda gives it (``bench.runs.Stage.variables``).
"""

import json
import sys
import time
from datetime import timedelta

from bench.own import peak_kb
from tidemark import wiring
from tidemark.domain.integrations import IntegrationKey
from tidemark.domain.steps import Worker

_LAMBDA = timedelta(minutes=15)
_RESERVE = timedelta(seconds=20)


def main(owner: str, integration: str, sync: str) -> None:
    """Drive the sync to its end."""
    driver = wiring.drive_sync()
    started = time.process_time()
    worker = Worker("bench", wiring.clock().now() + _LAMBDA)
    result = driver.drive(IntegrationKey(owner, integration), sync, worker, _LAMBDA - _RESERVE)
    told = {"start_up": started, "peak_kb": peak_kb(), "outcome": result.outcome.value}
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
