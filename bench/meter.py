"""A DynamoDB that answers at once, counts calls, and adds up what AWS would bill: its HTTP side.

``python -m bench.meter`` serves it and prints its port. ``GET /`` gives what was counted since the
last ``DELETE /``.
"""

import asyncio
import json
from typing import Any

from bench.metered import Meter, Refused


class Connection(asyncio.Protocol):
    """Speaks as much HTTP as clients of AWS need."""

    def __init__(self, meter: Meter) -> None:
        """Answer for a meter."""
        self.meter = meter
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember whom to answer."""
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that is complete."""
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            lines = self.buffer[:end].decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (x.partition(": ") for x in lines)}
            whole = end + 4 + int(headers.get("content-length", 0))
            if len(self.buffer) < whole:
                return
            body, self.buffer = self.buffer[end + 4 : whole], self.buffer[whole:]
            self._answer(lines[0].split()[0], headers.get("x-amz-target", ""), body)

    def _answer(self, method: str, target: str, body: bytes) -> None:
        """Answer one request."""
        status, answer = 200, {}
        try:
            if method == "POST":
                answer = self.meter.call(target.rpartition(".")[2], json.loads(body))
            elif method == "DELETE":
                self.meter.counted.clear()
            else:
                answer = dict(self.meter.counted)
        except Refused as error:
            status, answer = 400, error.body
        content = json.dumps(answer, separators=(",", ":")).encode()
        head = f"HTTP/1.1 {status} -\r\ncontent-length: {len(content)}\r\n\r\n"
        self.transport.write(head.encode() + content)


async def serve(meter: Meter, port: int = 0) -> asyncio.Server:
    """Serve a meter on this machine."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: Connection(meter), "127.0.0.1", port)


async def _main() -> None:
    """Serve until stopped."""
    server = await serve(Meter())
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
