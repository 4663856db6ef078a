"""Deliveries: tried once at a time, again for a day, and never to whom it may not concern."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes import FakeClock, FakeReceivers
from tests.fakes.webhooks import MemoryWebhooks
from tests.services.post import Post
from tidemark.domain.events import first_id
from tidemark.domain.webhooks import (
    DAY,
    PATIENCE,
    Answered,
    Delivery,
    DeliveryState,
    DisabledReason,
    Failure,
)

BROKEN = Answered(500, Failure.STATUS)
SLOW = Answered(failure=Failure.TIMEOUT)


def test_delivers_what_owners_see() -> None:
    """The event as the API shows it, signed with the endpoint's secret."""
    post = Post()
    delivery = post.deliver()
    ((url, event_id, body, secrets),) = post.receivers.sent
    assert (url, event_id, secrets) == ("https://hooks.invalid/", post.event.id, [b"new"])
    assert json.loads(body) == post.event.body
    assert delivery.state is DeliveryState.DELIVERED
    assert [each.status for each in delivery.attempts] == [200]
    assert post.queue.messages == []


def test_signs_with_both_secrets_for_a_day() -> None:
    """After that, with the new one alone."""
    post, now = Post(), FakeClock().now()
    old = post.vault.seal("alice", "whe_1", b"old")
    post.set(previous=old, previous_until=now + DAY)
    post.deliver()
    post.clock.advance(DAY)
    post.event = replace(post.event, id=first_id(post.clock.now()), occurred_at=post.clock.now())
    post.ask(post.event)
    post.deliver()
    assert [secrets for *_, secrets in post.receivers.sent] == [[b"new", b"old"], [b"new"]]


def test_a_message_that_comes_again_sends_nothing_again() -> None:
    """Neither once it is delivered nor while it waits."""
    post = Post(receivers=FakeReceivers(BROKEN))
    post.deliver()
    post.deliver()
    post.deliver()
    assert len(post.receivers.sent) == 1
    assert [delay for _, delay in post.queue.messages] == [timedelta(seconds=5)] * 3
    post.clock.advance(timedelta(seconds=5))
    post.deliver()
    post.deliver()
    assert len(post.receivers.sent) == 2
    assert post.delivery.state is DeliveryState.DELIVERED


def test_of_two_workers_one_sends() -> None:
    """The other one comes back when the first could be dead."""
    post = Post()
    post.receivers.meanwhile = lambda: _again(post)
    post.deliver()
    assert len(post.receivers.sent) == 1
    assert [delay for _, delay in post.queue.messages] == [timedelta(seconds=60)]
    assert post.delivery.state is DeliveryState.DELIVERED


def _again(post: Post) -> None:
    """Be another worker with the same message."""
    post.receivers.meanwhile = lambda: None
    post.deliver()


def test_of_two_workers_that_read_at_once_one_sends() -> None:
    """What both read is moved on by one."""
    post = Post()
    original: Callable[[Delivery, Delivery], bool] = post.webhooks.move

    class Late(MemoryWebhooks):
        """Lets somebody else move first."""

        def move(self, before: Delivery, after: Delivery) -> bool:
            """Come second."""
            assert original(before, replace(before, next_at=before.until))
            return original(before, after)

    late = Late()
    late.kept, late.asked = post.webhooks.kept, post.webhooks.asked
    replace(post.service, webhooks=late).deliver("alice", post.event.id, "whe_1")
    assert post.receivers.sent == []
    assert len(post.queue.messages) == 1


def test_a_worker_that_died_is_followed_by_another() -> None:
    """A minute later the delivery is due again."""
    post = Post()

    def die() -> None:
        raise KeyboardInterrupt

    post.receivers.meanwhile = die
    with pytest.raises(KeyboardInterrupt):
        post.deliver()
    post.receivers.meanwhile = lambda: None
    assert post.deliver().state is DeliveryState.PENDING
    post.clock.advance(timedelta(seconds=60))
    assert post.deliver().state is DeliveryState.DELIVERED
    assert len(post.receivers.sent) == 2


def test_is_tried_for_a_day_and_then_failed() -> None:
    """By the schedule; waits longer than SQS knows are taken in parts."""
    post = Post(receivers=FakeReceivers(*[BROKEN] * 20))
    begun = post.clock.now()
    delivery = post.run()
    assert delivery.state is DeliveryState.FAILED
    after = [(each.at - begun).total_seconds() for each in delivery.attempts]
    assert after[:4] == [0, 5, 305, 2_105]
    assert 86_400 <= after[-1] <= 86_400 + 900
    assert len(post.receivers.sent) == len(after) == 8
    assert {(each.status, each.failure) for each in delivery.attempts} == {(500, Failure.STATUS)}
    assert post.endpoint.enabled


def test_waits_as_long_as_the_receiver_asks() -> None:
    """With 429 and 503; not beyond the day; not with another status."""
    hour = timedelta(hours=1)
    asked = [Answered(429, Failure.STATUS, hour), Answered(503, Failure.STATUS, 48 * hour)]
    post = Post(receivers=FakeReceivers(*asked, Answered(500, Failure.STATUS, hour)))
    begun = post.clock.now()
    delivery = post.run()
    assert [each.at - begun for each in delivery.attempts] == [timedelta(0), hour, DAY]
    other = Post(receivers=FakeReceivers(Answered(500, Failure.STATUS, hour)))
    assert other.deliver().next_at == begun + timedelta(seconds=5)


def test_410_disables_the_endpoint_at_once() -> None:
    """What was still to be delivered to it is canceled."""
    post = Post(receivers=FakeReceivers(Answered(410, Failure.STATUS)))
    assert post.deliver().state is DeliveryState.FAILED
    assert (post.endpoint.enabled, post.endpoint.disabled_reason) == (False, DisabledReason.GONE)
    post.event = replace(post.event, id=first_id(post.clock.now() + DAY))
    post.ask(post.event)
    assert post.deliver().state is DeliveryState.CANCELED
    assert len(post.receivers.sent) == 1


def test_who_fails_for_days_is_disabled() -> None:
    """When a delivery is given up, and nothing arrived for all that time."""
    post = Post(receivers=FakeReceivers(*[BROKEN] * 100))
    post.run()
    assert post.endpoint.failing_since == FakeClock().now()
    post.set(failing_since=post.clock.now() - PATIENCE)
    post.event = replace(post.event, id=first_id(post.clock.now() + DAY))
    post.ask(post.event)
    post.run()
    assert post.endpoint.disabled_reason is DisabledReason.FAILING


def test_one_success_ends_the_count() -> None:
    """A receiver that works now and then is not disabled."""
    post = Post(receivers=FakeReceivers(BROKEN))
    post.deliver()
    assert post.endpoint.failing_since is not None
    post.run()
    assert post.endpoint.failing_since is None


def test_a_slow_receiver_rests_for_a_minute() -> None:
    """Others' deliveries have the workers meanwhile; no try is counted."""
    post = Post(receivers=FakeReceivers(SLOW))
    post.deliver()
    post.queue.messages.clear()
    first, post.event = post.event, replace(post.event, id=first_id(post.clock.now() + DAY))
    post.ask(post.event)
    assert post.deliver().tries == 0
    assert [delay for _, delay in post.queue.messages] == [timedelta(seconds=60)]
    post.clock.advance(timedelta(seconds=60))
    assert post.deliver().state is DeliveryState.DELIVERED
    assert post.endpoint.rest_until is None
    post.event = first
    assert post.deliver().state is DeliveryState.DELIVERED


@pytest.mark.parametrize("what", ["removed", "disabled", "forgotten"])
def test_nothing_goes_where_nothing_is_wanted(what: str) -> None:
    """No endpoint, one that is off, an event that is no longer kept."""
    post = Post()
    if what == "removed":
        post.webhooks.remove("alice", "whe_1")
    elif what == "disabled":
        post.set(enabled=False)
    else:
        post.events.items.clear()
    assert post.deliver().state is DeliveryState.CANCELED
    assert post.receivers.sent == []


def test_a_secret_of_another_endpoint_opens_nothing() -> None:
    """Sealed bytes that were moved are of no use; the delivery fails and says so."""
    post = Post()
    post.set(sealed=post.vault.seal("bob", "whe_1", b"new"))
    delivery = post.deliver()
    assert [each.failure for each in delivery.attempts] == [Failure.SECRET]
    assert post.receivers.sent == []


def test_a_message_about_nothing_does_nothing() -> None:
    """It is done with."""
    post = Post()
    post.service.deliver("bob", post.event.id, "whe_1")
    assert post.receivers.sent == []
    assert post.queue.messages == []
