"""Readiness over HTTP."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest

from tests.functions.api.desk import FIRST, Desk
from tests.world import START
from tidemark.domain.accounts import Account
from tidemark.domain.duplicates import Duplicate, duplicate_id
from tidemark.domain.files import FileFormat
from tidemark.domain.held import Held, HeldReason
from tidemark.domain.imports import ImportStatus
from tidemark.domain.integrations import Status
from tidemark.domain.issues import Issue, IssueType, issue_id
from tidemark.domain.pages import Unread

NAME = FIRST.integration_id


@pytest.fixture
def desk() -> Desk:
    """Give a desk with an integration that was synced in the middle of 2025."""
    made = Desk()
    made.fill(3)
    return made


def test_a_report_names_what_it_lacks_and_the_way_out(desk: Desk) -> None:
    """Following the way makes it ready; the answer says so."""
    desk.world.clock.advance(timedelta(days=300))
    reply = desk.send("GET", "/v1/report_readiness", year="2025")
    (blocker,) = reply.json["blockers"]
    assert (reply.status, reply.json["year"], reply.json["ready"]) == (200, 2025, False)
    assert blocker.pop("message").startswith("Not everything up to the year's end was read: ")
    link = {
        "method": "POST",
        "href": "/v1/syncs",
        "body": {"integrations": [NAME], "mode": "incremental"},
    }
    assert blocker == {"code": "not_synced", "integration": NAME, "count": 1, "link": link}
    started = desk.send(link["method"], link["href"], link["body"])
    desk.world.finish(desk.world.syncs.get("alice", started.json["data"][0]["id"]))
    ready = desk.send("GET", "/v1/report_readiness", year="2025").json
    assert ready == {"year": 2025, "ready": True, "blockers": []}


def test_the_year_is_that_of_the_accounts_zone(desk: Desk) -> None:
    """What has not begun there is refused."""
    desk.world.clock.advance(timedelta(days=213, hours=11, minutes=30))
    assert f"{desk.world.clock.now():%d %H:%M}" == "31 23:30"
    assert desk.send("GET", "/v1/report_readiness", year="2026").status == 422
    desk.world.accounts.items["alice"] = Account("alice", zone="Europe/Berlin")
    reply = desk.send("GET", "/v1/report_readiness", year="2026")
    assert [each["code"] for each in reply.json["blockers"]] == ["year_not_over"]


@pytest.mark.parametrize("year", ["2027", "9999", "1969", "0", "-1", "x", "2025.5", ""])
def test_years_that_are_none_are_refused(desk: Desk, year: str) -> None:
    """Those to come, those before computers count, and what is no year at all."""
    reply = desk.send("GET", "/v1/report_readiness", year=year)
    assert (reply.status, reply.pointers) == (422, ["/query/year"])


def test_a_year_has_to_be_named(desk: Desk) -> None:
    """There is no year by itself; nor is there another's."""
    assert desk.send("GET", "/v1/report_readiness").status == 422
    assert desk.send("GET", "/v1/report_readiness", year="2025", owner_="bob").status == 422
    others = desk.send("GET", "/v1/report_readiness", owner="bob", year="2024").json
    assert [each["code"] for each in others["blockers"]] == ["nothing_connected"]


def crowded() -> Desk:
    """Give a desk on which hardly anything is as it should be, after the end of 2025."""
    desk = Desk()
    desk.fill(3)
    desk.world.clock.advance(timedelta(days=300))
    world, at = desk.world, START + timedelta(days=30)
    found = replace(desk.source.rows[0].found(), occurred_at=at)
    world.parked.park_unread(FIRST, [Unread("L9", "unknown", "{}", at)], "sync_1")
    world.parked.park_pending(FIRST, [found], "sync_1")
    world.parked.hold(FIRST, [Held(found, HeldReason.NEW, "sync_1", at)])
    for about in ("source_changed", "balance_mismatch", "calculation_bug", "unread_rows"):
        kind = IssueType(about)
        issue = Issue(issue_id(NAME, kind), NAME, kind, "Look.", at, subject="ledger:T0000")
        world.issues.open("alice", issue)
    own, twin = desk.ids()[:2]
    pair = Duplicate(
        duplicate_id(own, twin), own, twin, {}, 0, unique=True, found_by=own, opened_at=at
    )
    world.duplicates.add("alice", [pair])
    imports = desk.api.services.filing.imports
    record, _ = imports.create("alice", NAME, FileFormat.CSV, "UTC")
    checking = replace(record, status=ImportStatus.CHECKING, version=record.version + 1)
    world.imports.put(checking, record.version)
    desk.change(FIRST, history_from=at, status=Status.ERROR, status_reason="source_garbage")
    return desk


def test_every_way_out_is_a_way_that_there_is() -> None:
    """Each link is a route, and each body fits it."""
    desk = crowded()
    told = desk.send("GET", "/v1/report_readiness", year="2025").json["blockers"]
    codes = {each["code"] for each in told}
    assert codes >= {
        *("not_synced", "failing", "history_truncated", "unread_rows", "pending_transactions"),
        *("held_transactions", "source_changed", "balance_mismatch", "calculation_bug"),
        *("possible_duplicates", "unfinished_import"),
    }
    for each in told:
        link = each["link"]
        path, _, query = link["href"].partition("?")
        reply = desk.send(link["method"], path, link["body"], **dict(parse_qsl(query)))
        assert reply.status in {200, 202}, each
        if link["method"] == "GET" and query:
            made_up = {"history_truncated", "possible_duplicates"}
            assert reply.json["data"] or each["code"] in made_up, each
