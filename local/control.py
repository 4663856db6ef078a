"""The local server's own paths: ``/_local/clock``, ``/_local/idle`` and ``/_local/prices``."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from local.clock import ProductClock
from local.httpd import Answer, Asked
from local.stillness import Stillness, TimeMachine, wait_for

_LONGEST_MOVE = 20 * 366 * 86400
_LONGEST_WAIT = 600.0
_ASSET = re.compile(r"[A-Za-z0-9._-]{1,32}")
_PRICE = re.compile(r"[0-9]{1,40}(\.[0-9]{1,36})?")
_PRICE_FIELDS = {"asset", "quote", "at", "price"}


class Control:
    """Answers what is asked of the local server itself."""

    def __init__(
        self, clock: ProductClock, machine: TimeMachine, stillness: Stillness, prices: Path
    ) -> None:
        self._clock = clock
        self._machine = machine
        self._stillness = stillness
        self._prices = PriceFile(prices)
        self._paths: dict[tuple[str, str], Callable[[Asked], Answer]] = {
            ("GET", "/_local/clock"): self._tell_time,
            ("POST", "/_local/clock"): self._move_clock,
            ("GET", "/_local/idle"): self._idle,
            ("POST", "/_local/prices"): self._price,
        }

    def __call__(self, asked: Asked) -> Answer | None:
        """Answer a request, or say that it is not for the local server."""
        path, _, _ = asked.target.partition("?")
        answer = self._paths.get((asked.method, path))
        if answer is None:
            return None
        try:
            return answer(asked)
        except ValueError as error:
            return _said(HTTPStatus.UNPROCESSABLE_ENTITY, {"message": str(error)})

    def _tell_time(self, _: Asked) -> Answer:
        """Tell the product's time, also while the clock is moved."""
        return _said(HTTPStatus.OK, {"now": _spell(self._clock.now())})

    def _move_clock(self, asked: Asked) -> Answer:
        """Move the product's clock on."""
        seconds = _object(asked, {"advance_seconds"})["advance_seconds"]
        number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
        if not number or not 0 <= seconds <= _LONGEST_MOVE:
            raise ValueError(f"advance_seconds: a number from 0 to {_LONGEST_MOVE}")
        self._machine.advance(seconds)
        return self._tell_time(asked)

    def _idle(self, asked: Asked) -> Answer:
        """Wait until nothing is at work."""
        _, _, query = asked.target.partition("?")
        timeout = float(parse_qs(query).get("timeout", ["60"])[0])
        if not 0 <= timeout <= _LONGEST_WAIT:
            raise ValueError(f"timeout: a number from 0 to {_LONGEST_WAIT:.0f}")
        idle = wait_for(self._stillness.idle, timeout)
        return _said(HTTPStatus.OK if idle else HTTPStatus.REQUEST_TIMEOUT, {"idle": idle})

    def _price(self, asked: Asked) -> Answer:
        """Keep a quote for the offline price source."""
        quote = _object(asked, _PRICE_FIELDS)
        self._prices.keep(**quote)
        return _said(HTTPStatus.OK, quote)


class PriceFile:
    """The quotes of the offline price source, by pair and moment: {"BTC/EUR": {at: price}}."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.write_text("{}")

    def keep(self, asset: object, quote: object, at: object, price: object) -> None:
        """Keep a quote; the file is replaced in one step.

        Raises:
            ValueError: something is not what it should be.
        """
        if not all(isinstance(name, str) and _ASSET.fullmatch(name) for name in (asset, quote)):
            raise ValueError("asset, quote: letters, digits and ._- are allowed")
        if not isinstance(price, str) or not _PRICE.fullmatch(price):
            raise ValueError("price: a decimal number as text")
        if not isinstance(at, str):
            raise ValueError("at: a date or a date-time as text")  # noqa: TRY004
        datetime.fromisoformat(at)
        prices: dict[str, dict[str, str]] = json.loads(self._path.read_text())
        prices.setdefault(f"{asset}/{quote}", {})[at] = price
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(prices))
        fresh.replace(self._path)


def _object(asked: Asked, fields: set[str]) -> dict[str, Any]:
    """Read a JSON object that has exactly these fields."""
    read = json.loads(asked.body or b"null")
    if not isinstance(read, dict) or set(read) != fields:
        raise ValueError(f"a JSON object with {', '.join(sorted(fields))} is needed")
    return read


def _said(status: HTTPStatus, said: object) -> Answer:
    """Write an answer in JSON."""
    return Answer(status, json.dumps(said).encode())


def _spell(moment: datetime) -> str:
    """Spell a moment like the API does."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
