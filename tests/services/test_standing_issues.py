"""Issues about credentials, changes and memory: open while the cause lasts, and no longer."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.fakes.source import trades
from tests.keyed import Keyed, Office
from tests.world import KEY, START, World, set_state, world
from tidemark.domain.integrations import IntegrationKind
from tidemark.domain.issues import IssueState, IssueType, issue_id
from tidemark.domain.syncs import Mode, SyncStatus
from tidemark.domain.transactions import State
from tidemark.errors import (
    BadCredentials,
    MissingPermission,
    SourceError,
    SourceUnavailable,
    TooManyRights,
)

OPEN, RESOLVED, DISMISSED = IssueState
"""Their states, by their names here."""

MANY, FEW = TooManyRights("Too many.", ("trade",)), MissingPermission("Too few.", ("history",))


def issues(it: World) -> dict[str, IssueState]:
    """Give the state of each issue by its type."""
    return {each.type.value: each.state for each in it.issues.of_owner(KEY.owner)}


def refuse(it: World, error: SourceError | None) -> None:
    """Have the source refuse each page, or none."""

    def trouble(call: str) -> None:
        if error is not None and call.startswith("page"):
            raise error

    it.source.trouble = trouble


@pytest.mark.parametrize(
    ("error", "about"),
    [
        (BadCredentials("No."), "reconnect_required"),
        (MANY, "key_rights"),
        (FEW, "key_rights"),
    ],
)
def test_refused_credentials_are_an_issue_until_a_sync_reads(
    error: SourceError, about: str
) -> None:
    """Another failure in between does not close it; a sync that reads does."""
    it = world()
    refuse(it, error)
    assert it.run().status is SyncStatus.FAILED
    assert issues(it) == {about: OPEN}
    refuse(it, SourceUnavailable("Down."))
    assert it.run().status is SyncStatus.FAILED
    assert issues(it) == {about: OPEN}
    refuse(it, None)
    assert it.run().status is SyncStatus.SUCCEEDED
    assert issues(it) == {about: RESOLVED}


def test_the_issue_lists_the_rights_to_change() -> None:
    """Those to remove, or those to add, in the source's words."""
    it = world()
    for error, details in ((MANY, ("remove", "trade")), (FEW, ("add", "history"))):
        refuse(it, error)
        sync = it.run()
        (issue,) = it.issues.of_owner(KEY.owner)
        assert details in issue.details.items()
        assert sync.problem is not None
        assert sync.problem.rights == (details[1],)


def test_other_credentials_close_what_was_told_of_the_old() -> None:
    """At once: they were checked at the source."""
    it = World(Keyed(trades(3, start=START)))
    it.connect(KEY, "fake", {"api_key": "canary-old"}, history_from=START + timedelta(hours=9))
    it.run()
    refuse(it, BadCredentials("No."))
    it.run()
    told = {"history_truncated": OPEN, "reconnect_required": OPEN}
    assert issues(it) == told
    Office(it).rotate.rotate("alice", KEY.integration_id, {"api_key": "canary-new"})
    assert issues(it) == dict.fromkeys(told, RESOLVED)


def test_credentials_that_cannot_be_opened_are_to_be_entered_again() -> None:
    """The vault is where they are lost."""
    it = world()
    it.integrations.items[KEY] = replace(it.integrations.items[KEY], sealed=b"broken")
    it.run()
    assert issues(it) == {"reconnect_required": OPEN}


def test_what_becomes_of_a_consent_is_not_told_here() -> None:
    """A bank has no credentials that its owner could enter."""
    it = world()
    it.integrations.items[KEY] = replace(it.integrations.items[KEY], kind=IntegrationKind.BANK)
    refuse(it, BadCredentials("No."))
    assert it.run().status is SyncStatus.FAILED
    assert issues(it) == {}


def test_hidden_history_is_an_issue_until_nothing_hidden_is_wanted() -> None:
    """A later start date closes it, with the next sync; an earlier one opens it again."""
    it = world()
    limit = START + timedelta(hours=20)
    it.integrations.note_outcome(KEY, {"history_from": limit})
    it.run()
    (issue,) = it.issues.of_owner(KEY.owner)
    assert issue.type is IssueType.HISTORY_TRUNCATED
    assert issue.details == {"available_from": "2025-01-01T20:00:00.000000Z"}
    Office(it).edit.change("alice", KEY.integration_id, {"start_date": limit})
    it.run()
    assert issues(it) == {"history_truncated": RESOLVED}
    Office(it).edit.change("alice", KEY.integration_id, {"start_date": None})
    it.run()
    assert issues(it) == {"history_truncated": OPEN}


def test_a_source_with_a_short_memory_is_told_of_too() -> None:
    """What its streams say counts as what the key says."""
    it = world()
    it.run()
    streams, version = it.coverage.read(KEY)
    short = {
        name: replace(stream, unavailable_before=START + timedelta(hours=1))
        for name, stream in streams.items()
    }
    it.coverage.write(KEY, short, version)
    it.run()
    assert issues(it) == {"history_truncated": OPEN}


def test_a_dismissed_change_closes_when_the_source_takes_it_back() -> None:
    """While it lasts it stays dismissed; another change opens it anew."""
    it = world()
    it.run()
    sound = it.source.rows[0]
    changed = replace(sound, amount=Decimal(-9))
    it.source.rows[0] = changed
    it.run(Mode.MISSING)
    subject = issue_id(KEY.integration_id, IssueType.SOURCE_CHANGED, "ledger:T0000")
    it.issues.dismiss(KEY.owner, subject, it.clock.now())
    it.run(Mode.MISSING)
    assert it.issues.items[KEY.owner, subject].state is DISMISSED
    it.source.rows[0] = sound
    it.run(Mode.MISSING)
    assert it.issues.items[KEY.owner, subject].state is RESOLVED
    it.source.rows[0] = changed
    it.run(Mode.MISSING)
    assert it.issues.items[KEY.owner, subject].state is OPEN


def test_a_change_of_what_was_deleted_is_none() -> None:
    """No amounts are left that could differ."""
    it = world(3)
    it.run()
    it.source.rows[0] = replace(it.source.rows[0], amount=Decimal(-9))
    it.run(Mode.MISSING)
    assert issues(it)["source_changed"] is OPEN
    set_state(it, "ledger:T0000", State.DELETED)
    it.run()
    assert issues(it)["source_changed"] is RESOLVED


def test_rows_that_are_understood_close_their_issue() -> None:
    """Also a dismissed one: new rows open it anew."""
    it = world()
    readable = it.source.rows[3]
    it.source.rows[3] = replace(readable, readable=False)
    it.run()
    subject = issue_id(KEY.integration_id, IssueType.UNREAD_ROWS)
    it.issues.dismiss(KEY.owner, subject, it.clock.now())
    it.run(Mode.MISSING)
    assert issues(it)["unread_rows"] is DISMISSED
    it.source.rows[3] = readable
    it.run(Mode.MISSING)
    assert issues(it)["unread_rows"] is RESOLVED


def with_a_dismissed_mismatch() -> World:
    """Give a world whose source tells another balance, as its owner knows by now."""
    it = world()
    it.source.told_balances = {"BTC": Decimal(7)}
    it.run()
    subject = issue_id(KEY.integration_id, IssueType.BALANCE_MISMATCH)
    it.issues.dismiss(KEY.owner, subject, it.clock.now())
    it.run()
    assert issues(it)["balance_mismatch"] is DISMISSED
    return it


def test_a_dismissed_mismatch_is_over_when_the_balances_match() -> None:
    """The next mismatch is a new one."""
    it = with_a_dismissed_mismatch()
    it.source.told_balances = None
    it.run()
    assert issues(it)["balance_mismatch"] is RESOLVED
    it.source.told_balances = {"BTC": Decimal(7)}
    it.run()
    assert issues(it)["balance_mismatch"] is OPEN


def test_a_dismissed_mismatch_does_not_hide_another() -> None:
    """Its owner's word is about that difference: another asset's, or a larger one, is told anew."""
    it = with_a_dismissed_mismatch()
    it.source.told_balances = {"BTC": Decimal(7), "ETH": Decimal(100)}
    it.run()
    assert issues(it)["balance_mismatch"] is OPEN


def test_a_dismissed_change_does_not_hide_another() -> None:
    """The source changes its mind a second time, to yet other amounts."""
    it = world()
    it.run()
    subject = issue_id(KEY.integration_id, IssueType.SOURCE_CHANGED, "ledger:T0000")
    for amount, found in ((-9, OPEN), (-9, DISMISSED), (-90, OPEN)):
        it.source.rows[0] = replace(it.source.rows[0], amount=Decimal(amount))
        it.run(Mode.MISSING)
        assert it.issues.items[KEY.owner, subject].state is found
        it.issues.dismiss(KEY.owner, subject, it.clock.now())


def test_a_source_that_says_nothing_leaves_a_mismatch_open() -> None:
    """Nobody knows whether the balances match now."""
    it = world()
    it.source.told_balances = {"BTC": Decimal(7)}
    it.run()

    def trouble(call: str) -> None:
        if call == "balances":
            raise SourceUnavailable("Down.")

    it.source.trouble = trouble
    assert it.run().status is SyncStatus.SUCCEEDED
    assert issues(it)["balance_mismatch"] is OPEN
