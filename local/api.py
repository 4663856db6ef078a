"""The HTTP API, as the demo and ``play`` call it for an owner."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

import httpx

from local.replay import Account, Close

type Json = dict[str, Any]


class Unexpected(RuntimeError):
    """The API answered otherwise than it should."""


class Api:
    """Asks, and insists on how it is answered. Raises Unexpected."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def connect(self, account: Account) -> Json:
        """Connect an account; its first sync starts at once."""
        body = {
            "connector": account.connector,
            "name": account.name,
            "credentials": dict(account.credentials),
        }
        return self._ask("POST", "/v1/integrations", HTTPStatus.CREATED, json=body)

    def answer(self, sync_id: str, otp: str) -> None:
        """Answer a sync that waits for a one-time password."""
        self._ask("POST", f"/v1/syncs/{sync_id}/answer", HTTPStatus.ACCEPTED, json={"otp": otp})

    def sync_missing(self, integrations: Sequence[str]) -> list[Json]:
        """Read everything again, through Step Functions."""
        body = {"integrations": list(integrations), "mode": "missing"}
        return self._list("POST", "/v1/syncs", HTTPStatus.ACCEPTED, json=body)

    def sync(self, sync_id: str) -> Json:
        """Give one sync."""
        return self._ask("GET", f"/v1/syncs/{sync_id}")

    def integrations(self) -> list[Json]:
        """Give all integrations."""
        return self._list("GET", "/v1/integrations")

    def balances(self) -> list[Json]:
        """Give all balances."""
        return self._list("GET", "/v1/balances")

    def transactions(self, integration: str) -> list[Json]:
        """Give all of an integration's transactions, newest first, page by page."""
        place: dict[str, str | int] = {"integration": integration, "limit": 200}
        found: list[Json] = []
        while True:
            page = self._ask("GET", "/v1/transactions", params=place)
            found += page["data"]
            if not page["has_more"]:
                return found
            place["cursor"] = page["next_cursor"]

    def readiness(self, year: int) -> Json:
        """Give what keeps a year's report from being ready."""
        return self._ask("GET", "/v1/report_readiness", params={"year": year})

    def tell_closes(self, closes: Iterable[Close]) -> None:
        """Tell the local server's source of prices what days closed at."""
        for asset, quote, day, price in closes:
            told = {"asset": asset, "quote": quote, "at": day.isoformat(), "price": str(price)}
            self._ask("POST", "/_local/prices", json=told)

    def settle(self) -> None:
        """Wait until the local server has nothing left to do."""
        self._ask("GET", "/_local/idle", params={"timeout": 50})

    def _list(
        self,
        method: str,
        path: str,
        expected: HTTPStatus = HTTPStatus.OK,
        **more: Any,  # noqa: ANN401 (httpx's own arguments)
    ) -> list[Json]:
        """Ask for a list."""
        data: list[Json] = self._ask(method, path, expected, **more)["data"]
        return data

    def _ask(
        self,
        method: str,
        path: str,
        expected: HTTPStatus = HTTPStatus.OK,
        **more: Any,  # noqa: ANN401 (httpx's own arguments)
    ) -> Json:
        """Ask, and insist on a status."""
        answer = self._client.request(method, path, **more)
        if answer.status_code != expected:
            raise Unexpected(f"{method} {path}: {answer.status_code} {answer.text}")
        said: Json = answer.json()
        return said
