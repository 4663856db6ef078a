"""A stop is heeded at the next page, also where pages are gathered before they are committed."""

from collections.abc import Callable
from datetime import timedelta

from tests.world import World, world
from tidemark.domain.steps import Outcome
from tidemark.domain.syncs import SyncStatus

TWO = 2


def while_the_second_page_comes(it: World, act: Callable[[], object]) -> None:
    """Have the second page take a second, in which the owner does something."""
    pages = []

    def slow(call: str) -> None:
        if call.startswith("page"):
            pages.append(call)
        if len(pages) == TWO and call.startswith("page"):
            it.clock.advance(timedelta(seconds=1))
            act()

    it.source.trouble = slow


def test_a_cancel_is_heeded_at_the_page_that_is_just_being_read() -> None:
    """No other page is asked for, and the sync is not called succeeded."""
    it = world(10)
    sync = it.request()
    while_the_second_page_comes(it, lambda: it.requests.cancel("alice", sync.id))

    ended = it.finish(sync)

    assert ended.status is SyncStatus.CANCELED
    assert len([call for call in it.source.calls if call.startswith("page")]) == TWO
    it.source.trouble = lambda _call: None
    assert it.run().status is SyncStatus.SUCCEEDED
    assert it.digest() == all_of_it()


def test_a_cancel_is_heeded_at_the_last_page() -> None:
    """What was asked for before the end was read is not too late."""
    it = world(4, page_size=4)
    sync = it.request()
    while_the_second_page_comes(it, lambda: it.requests.cancel("alice", sync.id))

    assert it.finish(sync).status is SyncStatus.CANCELED


def test_after_a_pause_nothing_is_written() -> None:
    """The pages that were gathered before it are read again later."""
    it = world(10)
    sync = it.request()
    while_the_second_page_comes(it, lambda: it.runs.interrupt(sync.key))

    assert it.drive(sync).outcome is Outcome.STOPPED

    assert not it.digest()


def all_of_it() -> object:
    """Give what one clean sync finds."""
    clean = world(10)
    clean.run()
    return clean.digest()
