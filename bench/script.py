"""The script that one would write instead: all trades by ccxt, all into a table by boto3.

``python script.py SOURCE_URL TABLE KEY SECRET``, in an environment of its own: nothing here is
Tidemark's.
"""

import json
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import ccxt


def main(source: str, table_name: str, key: str, secret: str) -> None:
    """Copy all trades."""
    exchange = ccxt.kraken({"apiKey": key, "secret": secret, "enableRateLimit": False})
    exchange.urls["api"] = {"public": source, "private": source}
    table = boto3.resource("dynamodb").Table(table_name)
    copied = 0
    with table.batch_writer() as batch:
        while trades := exchange.fetch_my_trades(params={"ofs": copied}):
            for trade in trades:
                batch.put_item(Item=item(trade))
            copied += len(trades)


def item(trade: dict[str, Any]) -> dict[str, Any]:
    """Give what is stored of a trade."""
    return {
        "account": "kraken",
        "trade_id": trade["id"],
        "at": trade["datetime"],
        "symbol": trade["symbol"],
        "side": trade["side"],
        "order": trade["order"],
        "price": Decimal(str(trade["price"])),
        "amount": Decimal(str(trade["amount"])),
        "cost": Decimal(str(trade["cost"])),
        "fee": Decimal(str(trade["fee"]["cost"])),
        "fee_asset": trade["fee"]["currency"],
        "info": json.dumps(trade["info"]),
    }


if __name__ == "__main__":
    started = time.process_time()
    main(*sys.argv[1:])
    lines = Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    print(json.dumps({"start_up": started, "peak_kb": peak}))
