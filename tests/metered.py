"""The bench's DynamoDB, served on a socket for tests."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from bench.meter import serve
from bench.metered import Meter


class Metered(NamedTuple):
    """Where it is, and what it counted."""

    url: str
    meter: Meter


@contextmanager
def serving() -> Iterator[Metered]:
    """Serve in a thread, for a while."""
    meter, loop = Meter(), asyncio.new_event_loop()
    server = loop.run_until_complete(serve(meter))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield Metered(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", meter)
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(server.close_clients)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
