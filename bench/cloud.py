"""The AWS that both contestants write to: the meter, and the few calls that are not DynamoDB's.

Those are answered and counted, no more: KMS gives back what it is given.
"""

import asyncio
from collections.abc import Callable

from bench.meter import serve
from bench.metered import Body, Meter

_OTHERS: dict[str, Callable[[Body], Body]] = {
    "Encrypt": lambda body: {"CiphertextBlob": body["Plaintext"]},
    "Decrypt": lambda body: {"Plaintext": body["CiphertextBlob"]},
    "SendMessage": lambda _body: {"MessageId": "1"},
    "StartExecution": lambda _body: {"executionArn": "arn"},
}


class Cloud(Meter):
    """Counts all calls; those that are not DynamoDB's as ``other_calls`` too."""

    def call(self, operation: str, body: Body) -> Body:
        """Do what one call asks for."""
        if operation not in _OTHERS:
            return super().call(operation, body)
        self.counted["other_calls"] += 1
        return _OTHERS[operation](body)


async def _main() -> None:
    """Serve until stopped; the first line of output is the URL."""
    server = await serve(Cloud())
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
