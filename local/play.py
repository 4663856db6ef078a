"""``python -m local play``: the product with replay sources, and how to call it."""

import signal
import sys
import threading

from local.child import ServerChild, source_arguments
from local.identity import token
from local.replay import Account, replay_sources

_HOW = """
Tidemark answers at {api}, AWS (moto) at {aws}. Ctrl-C ends it. For example:

  export TOKEN={token}

  curl -s {api}/v1/connectors
{connect}
  curl -s {api}/v1/integrations -H "Authorization: Bearer $TOKEN"
  curl -s {api}/v1/syncs -H "Authorization: Bearer $TOKEN"
  curl -s {api}/v1/syncs -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
    -d '{{"integrations": "all", "mode": "missing"}}'
  curl -s {api}/v1/balances -H "Authorization: Bearer $TOKEN"
  curl -s '{api}/v1/transactions?limit=5' -H "Authorization: Bearer $TOKEN"

A day passes:

  curl -s {api}/_local/clock -d '{{"advance_seconds": 86400}}'

"""

_CONNECT = """
  curl -s {api}/v1/integrations -H "Authorization: Bearer $TOKEN" \\
    -H 'Content-Type: application/json' -d '{{"connector": "{connector}", "name": "{name}",
      "credentials": {{{credentials}}}}}'
"""


def play(api_port: int, aws_port: int) -> int:
    """Serve until interrupted; give the exit status."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    ports = ("--api-port", str(api_port), "--aws-port", str(aws_port))
    with (
        replay_sources() as replay,
        ServerChild(*ports, *source_arguments(replay.urls)) as server,
    ):
        sys.stderr.write(how_to_call(server.api, server.aws, replay.accounts))
        ended.wait()
    return 0


def how_to_call(api: str, aws: str, accounts: tuple[Account, ...]) -> str:
    """Write examples for the shell."""
    connect = "".join(
        _CONNECT.format(
            api=api,
            connector=account.connector,
            name=account.name,
            credentials=", ".join(f'"{k}": "{v}"' for k, v in account.credentials.items()),
        )
        for account in accounts
    )
    return _HOW.format(api=api, aws=aws, token=token("you"), connect=connect)
