"""Starting syncs that nobody asked for: what is due is looked up by slots, in their order.

The licence is asked at this moment, whatever it was when the integration got its slot. A slot is
looked at again until it was looked at to its end; an integration uses each of its turns once.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from tidemark.domain.accounts import Account
from tidemark.domain.integrations import Integration, IntegrationKey
from tidemark.domain.licences import Licences
from tidemark.domain.ports import Accounts, Clock, Integrations, Queue, Watermarks
from tidemark.domain.schedules import MOST_A_DAY, SLOT, Wheel, is_due, slot_of, wants_recheck
from tidemark.domain.syncs import Mode, Trigger
from tidemark.errors import Refused, TidemarkError
from tidemark.services.check_rights import RECHECK
from tidemark.services.request_sync import SyncRequests
from tidemark.services.watch_consents import WatchConsents


@dataclass(frozen=True)
class FireSchedules:
    """Looks at the slots whose turn has come."""

    integrations: Integrations
    accounts: Accounts
    watermarks: Watermarks
    requests: SyncRequests
    licences: Licences
    clock: Clock
    watching: WatchConsents
    queue: Queue

    def tick(self, wheel: Wheel, at: datetime, until: datetime) -> int:
        """Start what is due at the moment of a tick (UTC); give how many syncs that are.

        Missed ticks are caught up, for the last turn of the wheel. What there is no time for until
        ``until`` (UTC) is left to the next tick, as is all of a slot that was not looked at to its
        end: a turn is used once, so looking twice does no harm.
        """
        mark, fired = self.watermarks.get(wheel), 0
        known: dict[str, Account] = {}
        done = mark
        for stretch in wheel.due(mark, at):
            for number, key in self.integrations.in_slots(stretch.first.hour, stretch.numbers):
                moment = stretch.moment(number)
                if self.clock.now() >= until:
                    self._note(wheel, mark, moment - SLOT)
                    return fired
                fired += self._look(key, known, moment, at)
            done = stretch.end
        self._note(wheel, mark, done)
        return fired

    def _note(self, wheel: Wheel, mark: datetime | None, done: datetime | None) -> None:
        """Note up to where slots were looked at; if another tick was quicker, its word stands."""
        if done is not None and done != mark:
            self.watermarks.move(wheel, mark, done)

    def _look(
        self, key: IntegrationKey, known: dict[str, Account], moment: datetime, at: datetime
    ) -> bool:
        """Start a sync of one integration if it is due; the index may be late.

        ``known`` are the accounts that this tick has read.
        """
        found = self.integrations.get(key)
        if found is None or slot_of(found) is None:
            return False
        found = self.watching.look(found)
        if key.owner not in known:
            known[key.owner] = self.accounts.get(key.owner)
        if is_due(self.licences, known[key.owner], found, moment, at):
            return self._fire(found, moment, at)
        if wants_recheck(found, at):
            self.queue.send(key, RECHECK)
        return False

    def _fire(self, found: Integration, moment: datetime, at: datetime) -> bool:
        """Use the turn, and start or join a sync; what could not be started keeps its turn."""
        last = (*found.fired_at, at)[-MOST_A_DAY:]
        fired = replace(found, scheduled_for=moment, fired_at=last)
        if not self.integrations.note_fired(found, fired):
            return False
        ids = [found.id]
        try:
            self.requests.request(found.key.owner, ids, Mode.INCREMENTAL, trigger=Trigger.SCHEDULE)
        except Refused:
            return False
        except TidemarkError:
            self.integrations.note_fired(fired, found)
            raise
        return True
