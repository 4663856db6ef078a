"""``python -m local play``: the product with replay sources, and how to call it."""

import signal
import sys
import threading
from datetime import UTC, datetime

from local.api import Api
from local.child import ServerChild, source_arguments
from local.identity import token
from local.replay import OTP, Account, replay_sources

_OWNER = "you"

_HOW = """
Tidemark answers at {api}, AWS (moto) at {aws}. Ctrl-C ends it. For example:

  export TOKEN={token}
  ask() {{ curl -sw '\\n' -H "Authorization: Bearer $TOKEN" \\
    -H 'Content-Type: application/json' "$@"; }}

  curl -s {api}/v1/connectors
{connect}
The bank waits for a consent at its own page, then for a one-time password:

  curl -sL $(ask {api}/v1/integrations | grep -o 'http[^"]*/bank/auth/[^"]*')
  curl -s '{api}/_local/idle?timeout=60'
  sync=$(ask '{api}/v1/syncs?limit=1' | grep -o 'sync_[0-9A-Z]*' | head -1)
  ask {api}/v1/syncs/$sync/answer -d '{{"otp": "{otp}"}}'

And then:

  curl -s '{api}/_local/idle?timeout=60'
  ask {api}/v1/integrations
  ask {api}/v1/syncs
  ask {api}/v1/balances
  ask '{api}/v1/transactions?limit=5'
  ask '{api}/v1/report_readiness?year={year}'
  ask {api}/v1/syncs -d '{{"integrations": "all", "mode": "missing"}}'

A day passes:

  curl -s {api}/_local/clock -d '{{"advance_seconds": 86400}}'

"""

_CONNECT = """
  ask {api}/v1/integrations -d '{{"connector": "{connector}", "name": "{name}",
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
        Api(server.client(_OWNER)).tell_closes(replay.closes)
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
    last_year = datetime.now(UTC).year - 1
    return _HOW.format(
        api=api, aws=aws, token=token(_OWNER), connect=connect, otp=OTP, year=last_year
    )
