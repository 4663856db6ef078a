"""What every keeper of leases does."""

from dataclasses import replace

import pytest

from tests.stores.made import KEY, MINUTE, NOW, OTHER, SECOND, at
from tests.stores.stores import Stores
from tidemark.domain.pages import Window
from tidemark.domain.syncs import Counts, Lease, Mode, Run, StreamProgress
from tidemark.errors import LeaseHeld, LeaseLost

RUN = Run(
    sync_id="sync_1",
    key=KEY,
    mode=Mode.MISSING,
    requested_at=NOW,
    requested=Window(None, at(9)),
    streams=(StreamProgress("ledger", cursor='{"ofs": 50}', counts=Counts(pages=1, new=50)),),
    warnings=("A balance does not add up.",),
    nonce=1_717_243_200_000_000_000,
)


def lease_of(stores: Stores, worker: str = "w1") -> Lease:
    """Claim, if need be, and take the lease for two minutes."""
    stores.runs.claim(RUN, NOW)
    return stores.runs.acquire(KEY, "sync_1", worker, now=NOW, until=NOW + 2 * MINUTE)


def test_claims_once_and_joins(stores: Stores) -> None:
    """The first claim wins; the second is told of the first."""
    assert stores.runs.current(KEY) is None
    assert stores.runs.claim(RUN, NOW) == RUN
    assert stores.runs.claim(replace(RUN, sync_id="sync_2", mode=Mode.INCREMENTAL), NOW) == RUN
    assert stores.runs.current(KEY) == RUN
    assert stores.runs.current(OTHER) is None


def test_a_lease_shuts_others_out_until_it_runs_out(stores: Stores) -> None:
    """Another worker hears until when; at that moment it may go on, with a higher fence."""
    first = lease_of(stores)

    with pytest.raises(LeaseHeld) as held:
        stores.runs.acquire(KEY, "sync_1", "w2", now=NOW + MINUTE, until=NOW + 9 * MINUTE)
    assert held.value.until == first.until
    second = stores.runs.acquire(KEY, "sync_1", "w2", now=NOW + 2 * MINUTE, until=NOW + 9 * MINUTE)

    assert (first.run, second.run) == (RUN, RUN)
    assert second.fence > first.fence
    assert second.until == NOW + 9 * MINUTE


def test_the_same_worker_may_ask_again(stores: Stores) -> None:
    """Who did not hear the answer asks again and gets a higher fence."""
    first = lease_of(stores)

    assert lease_of(stores).fence > first.fence


def test_only_the_current_run_gets_the_lease(stores: Stores) -> None:
    """Without a claim, or for another run, there is no lease."""
    for prepare in (lambda: None, lambda: stores.runs.claim(RUN, NOW)):
        prepare()
        with pytest.raises(LeaseLost):
            stores.runs.acquire(KEY, "sync_9", "w1", now=NOW, until=NOW + MINUTE)


def test_a_checkpoint_keeps_the_run(stores: Stores) -> None:
    """How far it is can be read, and is what the next lease begins with."""
    lease = lease_of(stores)
    further = replace(RUN, steps=3, touched_at=NOW + SECOND, checkpointed_at=NOW)

    kept = stores.runs.checkpoint(lease, further)

    assert kept == replace(lease, run=further)
    assert stores.runs.current(KEY) == further
    stores.runs.release(kept)
    assert lease_of(stores, "w2").run == further


def test_a_stale_worker_keeps_nothing(stores: Stores) -> None:
    """Whoever was overtaken cannot checkpoint, finish, or take the other's lease away."""
    stale = lease_of(stores)
    fresh = stores.runs.acquire(KEY, "sync_1", "w2", now=NOW + 3 * MINUTE, until=NOW + 9 * MINUTE)

    with pytest.raises(LeaseLost):
        stores.runs.checkpoint(stale, replace(RUN, steps=99))
    with pytest.raises(LeaseLost):
        stores.runs.finish(stale)
    stores.runs.release(stale)

    assert stores.runs.busy_until(KEY, NOW + 3 * MINUTE) == fresh.until
    assert stores.runs.checkpoint(fresh, RUN).run == RUN


def test_release_keeps_the_claim(stores: Stores) -> None:
    """The next worker may go on at once."""
    lease = lease_of(stores)

    stores.runs.release(lease)
    stores.runs.release(lease)

    assert stores.runs.busy_until(KEY, NOW) is None
    assert stores.runs.current(KEY) == RUN
    with pytest.raises(LeaseLost):
        stores.runs.checkpoint(lease, RUN)
    assert lease_of(stores, "w2").fence > lease.fence


def test_finish_frees_the_integration(stores: Stores) -> None:
    """The next run can claim it, and the old lease is worth nothing."""
    lease = lease_of(stores)

    stores.runs.finish(lease)

    assert stores.runs.current(KEY) is None
    assert stores.runs.busy_until(KEY, NOW) is None
    with pytest.raises(LeaseLost):
        stores.runs.finish(lease)
    second = replace(RUN, sync_id="sync_2")
    assert stores.runs.claim(second, NOW) == second
    with pytest.raises(LeaseLost):
        stores.runs.checkpoint(lease, RUN)


def test_a_cancel_reaches_the_worker(stores: Stores) -> None:
    """The flag comes back with the next checkpoint, stays, and is gone with the run."""
    lease = lease_of(stores)

    assert not stores.runs.request_cancel(KEY, "sync_9")
    assert not stores.runs.checkpoint(lease, RUN).run.cancel_requested
    assert stores.runs.request_cancel(KEY, "sync_1")
    current = stores.runs.current(KEY)
    assert current is not None
    assert current.cancel_requested
    assert stores.runs.checkpoint(lease, RUN).run.cancel_requested
    assert stores.runs.checkpoint(lease, RUN).run.cancel_requested
    stores.runs.finish(lease)
    assert not stores.runs.request_cancel(KEY, "sync_1")
    assert not stores.runs.claim(replace(RUN, sync_id="sync_2"), NOW).cancel_requested


def test_an_interruption_stops_whoever_is_at_work(stores: Stores) -> None:
    """Nothing more is kept; it is known until when the worker may still write; it can let go."""
    lease = lease_of(stores)

    stores.runs.interrupt(KEY)

    assert stores.runs.current(KEY) is None
    with pytest.raises(LeaseLost):
        stores.runs.checkpoint(lease, RUN)
    with pytest.raises(LeaseLost):
        stores.runs.finish(lease)
    assert stores.runs.busy_until(KEY, NOW) == lease.until
    assert stores.runs.busy_until(KEY, lease.until) is None
    stores.runs.release(lease)
    assert stores.runs.busy_until(KEY, NOW) is None


def test_after_an_interruption_the_old_lease_still_holds_others_off(stores: Stores) -> None:
    """A new run can be claimed at once, but works only when the old worker is gone."""
    lease = lease_of(stores)
    stores.runs.interrupt(KEY)

    stores.runs.claim(replace(RUN, sync_id="sync_2"), NOW)

    with pytest.raises(LeaseHeld):
        stores.runs.acquire(KEY, "sync_2", "w2", now=NOW, until=NOW + MINUTE)
    stores.runs.release(lease)
    assert stores.runs.acquire(KEY, "sync_2", "w2", now=NOW, until=NOW + MINUTE).run.sync_id


def test_an_interruption_of_nothing_is_harmless(stores: Stores) -> None:
    """An integration that never ran can be interrupted."""
    stores.runs.interrupt(KEY)

    assert stores.runs.current(KEY) is None
    assert stores.runs.busy_until(KEY, NOW) is None
    assert lease_of(stores).run == RUN


def test_finds_abandoned_runs(stores: Stores) -> None:
    """A claim, a lease and a checkpoint are signs of life; a finished run is not looked for."""
    stores.runs.claim(RUN, NOW)
    stores.runs.claim(replace(RUN, key=OTHER), NOW + MINUTE)

    assert list(stores.runs.abandoned(NOW)) == []
    assert list(stores.runs.abandoned(NOW + SECOND)) == [RUN]
    lease = stores.runs.acquire(KEY, "sync_1", "w", now=NOW + 2 * MINUTE, until=NOW + 5 * MINUTE)
    assert [run.key for run in stores.runs.abandoned(NOW + 2 * MINUTE)] == [OTHER]
    alive = replace(RUN, touched_at=NOW + 3 * MINUTE)
    stores.runs.checkpoint(lease, alive)
    assert list(stores.runs.abandoned(NOW + 3 * MINUTE)) == [replace(RUN, key=OTHER)]
    stores.runs.finish(lease)
    assert [run.key for run in stores.runs.abandoned(NOW + 9 * MINUTE)] == [OTHER]
    stores.runs.interrupt(OTHER)
    assert list(stores.runs.abandoned(NOW + 9 * MINUTE)) == []


def test_erases_the_item(stores: Stores) -> None:
    """Nothing is left of an integration's runs."""
    lease_of(stores)

    stores.runs.erase(KEY)

    assert stores.runs.current(KEY) is None
    assert stores.runs.busy_until(KEY, NOW) is None


def test_a_borrowed_lease_shuts_runs_out(stores: Stores) -> None:
    """It is lent where nobody is at work and nothing is claimed; then a run has to wait."""
    until = NOW + 2 * MINUTE
    assert stores.runs.borrow(KEY, "c1", now=NOW, until=until)
    assert not stores.runs.borrow(KEY, "c2", now=NOW, until=until)
    assert stores.runs.busy_until(KEY, NOW) == until
    with pytest.raises(LeaseHeld):
        lease_of(stores)
    stores.runs.give_back(KEY, "c2")
    assert stores.runs.busy_until(KEY, NOW) == until
    stores.runs.give_back(KEY, "c1")
    assert stores.runs.busy_until(KEY, NOW) is None
    lease = lease_of(stores)
    assert not stores.runs.borrow(KEY, "c1", now=NOW + 9 * MINUTE, until=until)
    stores.runs.finish(lease)
    assert stores.runs.borrow(KEY, "c1", now=NOW, until=until)


def test_a_borrowed_lease_that_ran_out_is_lent_again(stores: Stores) -> None:
    """Its worker died."""
    assert stores.runs.borrow(KEY, "c1", now=NOW, until=NOW + MINUTE)
    assert stores.runs.borrow(KEY, "c2", now=NOW + MINUTE, until=NOW + 2 * MINUTE)
    stores.runs.give_back(OTHER, "c1")
    assert stores.runs.busy_until(KEY, NOW + MINUTE) is not None
