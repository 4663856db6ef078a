"""``python -m local demo``: connects accounts, syncs them twice, shows and verifies the result."""

import re
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import IO, Any

import httpx

from local.api import Api, Unexpected
from local.child import FREE_PORTS, NotReady, ServerChild, source_arguments
from local.demo_check import Connected, faults_of, faults_of_reports
from local.demo_view import View
from local.replay import OTP, Account, replay_sources

OWNER = "demo"
_LOOK = 0.4  # seconds between two looks at a sync
_FEW = 4  # transactions of each account that are shown
_PATIENCE = 50.0  # seconds that all syncs of one round may take
_ANSWERED_WELL = re.compile(r"[A-Z]+ /\S+ 2\d\d \d+ ms")
_UNDER_WAY = {"queued", "running", "waiting_for_user"}

type Json = dict[str, Any]


def demo() -> int:
    """Show the product at work; 0 only if everything matched."""
    view = View()
    began = time.monotonic()
    with tempfile.TemporaryFile() as log:
        try:
            wrong = _run(view, log)
        except (NotReady, Unexpected, httpx.HTTPError) as error:
            wrong = [str(error)]
        if wrong:
            view.log(_tail(log))
    view.verdict(wrong, time.monotonic() - began)
    return 1 if wrong else 0


def _run(view: View, log: IO[bytes]) -> list[str]:
    """Do everything; give what did not match."""
    with replay_sources() as replay:
        view.say("Starting the sources and the server ...")
        arguments = (*FREE_PORTS, *source_arguments(replay.urls))
        with ServerChild(*arguments, log=log.fileno()) as server:
            api = Api(server.client(OWNER))
            view.say(f"The API answers at {server.api}.")
            api.tell_closes(replay.closes)
            connected = _synced_twice(api, view, replay.accounts)
            return _shown(api, view, connected)


def _synced_twice(api: Api, view: View, accounts: Sequence[Account]) -> list[Connected]:
    """Connect accounts, and have everything read twice."""
    created = [api.connect(account) for account in accounts]
    connected = [Connected(a, made["id"]) for a, made in zip(accounts, created, strict=True)]
    _follow(api, view, connected, [made["first_sync"] for made in created], "first sync")
    again = api.sync_missing([each.integration for each in connected])
    by_integration = {sync["integration"]: sync["id"] for sync in again}
    ids = [by_integration[each.integration] for each in connected]
    _follow(api, view, connected, ids, "sync missing")
    return connected


def _follow(
    api: Api, view: View, connected: Sequence[Connected], ids: Sequence[str], what: str
) -> None:
    """Show syncs while they run, and do what they wait for; keep how they ended."""
    until = time.monotonic() + _PATIENCE
    with view.progress([f"{each.account.name}: {what}" for each in connected]) as bars:
        syncs = [api.sync(sync_id) for sync_id in ids]
        while any(sync["status"] in _UNDER_WAY for sync in syncs) and time.monotonic() < until:
            bars.show(syncs)
            for each, sync in zip(connected, syncs, strict=True):
                be_the_owner(api, view, each, sync)
            time.sleep(_LOOK)
            syncs = [api.sync(sync_id) for sync_id in ids]
        bars.show(syncs)
    for each, sync in zip(connected, syncs, strict=True):
        each.syncs.append(sync)


def be_the_owner(api: Api, view: View, connected: Connected, sync: Json) -> None:
    """Be the owner that a sync waits for; nothing is answered twice."""
    waiting, name = sync["waiting"], connected.account.name
    if waiting is None or waiting["for"] in connected.asked:
        return
    connected.asked.append(waiting["for"])
    if waiting["for"] == "consent":
        view.say(f"{name} waits for consent: opening {waiting['url']}")
        _open(waiting["url"])
    else:
        view.say(f"{name} waits for a one-time password until {waiting['until']}: answering")
        api.answer(sync["id"], OTP)


def _open(url: str) -> None:
    """Open a bank's page, whose customer agrees at once, and be led back to the API."""
    answer = httpx.get(url, follow_redirects=True, trust_env=False)
    if answer.status_code != HTTPStatus.OK:
        raise Unexpected(f"coming back from the bank: {answer.status_code} {answer.text}")


def _shown(api: Api, view: View, connected: Sequence[Connected]) -> list[str]:
    """Show what came of it; give what did not match."""
    api.settle()
    for each in connected:
        each.ledger = api.transactions(each.integration)
    balances, this_year = api.balances(), datetime.now(UTC).year
    reports = {year: api.readiness(year) for year in (this_year - 1, this_year)}
    names = {each.integration: each.account.name for each in connected}
    view.integrations(api.integrations())
    view.syncs([(each.account.name, each.syncs) for each in connected])
    view.balances(names, balances)
    view.transactions([(each.account.name, each.ledger[:_FEW]) for each in connected])
    view.reports(names, reports)
    faults = [fault for each in connected for fault in faults_of(each, balances)]
    return [*faults, *faults_of_reports(reports)]


def _tail(log: IO[bytes], lines: int = 30) -> str:
    """Give the end of the server's log, without the requests that were answered well."""
    log.seek(0)
    text = log.read().decode(errors="replace")
    told = [line for line in text.splitlines() if not _ANSWERED_WELL.fullmatch(line)]
    return "\n".join(told[-lines:])
