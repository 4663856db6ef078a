"""Sorting what a source told against what the ledger knows: the rules of each sync mode."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tidemark.domain.accounts import PeriodLock
from tidemark.domain.held import Held, HeldReason
from tidemark.domain.legs import Difference, compare, parse_legs
from tidemark.domain.moments import parse, spell
from tidemark.domain.syncs import Counts, Run
from tidemark.domain.transactions import Found, Known, State

_WORDS = ("new", "known", "merged", "changed", "tombstoned", "excluded", "held")

_OWN = frozenset({"new", "known", "merged", "excluded"})
"""The words for what this run may have imported itself, and counted."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a run does with each kind of row.

    ``start`` is the integration's start date (None: complete history). ``revive`` tells whether a
    deleted transaction is imported again. ``since`` and ``until`` narrow a range run (``until``
    exclusive), ``only`` narrows it to one transaction. What is in the ``lock``ed period stays as it
    is; what of it the owner has rejected among the ``held`` ones, by id, is not even held again.
    """

    start: datetime | None = None
    revive: bool = False
    since: datetime | None = None
    until: datetime | None = None
    only: str | None = None
    lock: PeriodLock | None = None
    held: Mapping[str, Held] = field(default_factory=dict)

    def before_start(self, found: Found) -> bool:
        """Tell whether a transaction is older than the integration wants."""
        return self.start is not None and found.occurred_at < self.start

    def asked_for(self, found: Found) -> bool:
        """Tell whether a narrowed run wants this transaction."""
        if self.only is not None:
            return found.id == self.only
        after = self.since is None or found.occurred_at >= self.since
        return after and (self.until is None or found.occurred_at < self.until)

    def locks(self, found: Found, stored: Known | None) -> bool:
        """Tell whether writing a transaction would touch the locked period."""
        if self.lock is None:
            return False
        return self.lock.holds(found.occurred_at) or (
            stored is not None and self.lock.holds(parse(stored.occurred_at))
        )


@dataclass(slots=True)
class Sorted:
    """What is to be done with the transactions of one commit."""

    new: list[Found] = field(default_factory=list)
    revive: list[tuple[Found, Known]] = field(default_factory=list)
    grow: list[tuple[Found, Known]] = field(default_factory=list)
    changed: list[tuple[Found, Known]] = field(default_factory=list)
    held: list[tuple[Found, HeldReason]] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)


def sort_out(found: Iterable[Found], known: Mapping[str, Known], rules: Rules, run: Run) -> Sorted:
    """Sort transactions that were asked for and are not before the start.

    Those that this run itself imported are counted as new if their commit never reached its
    checkpoint, and not again otherwise. What comes in parts is counted with one of them.
    """
    result = Sorted()
    tally = dict.fromkeys(_WORDS, 0)
    counted_until = spell(run.checkpointed_at) if run.checkpointed_at else ""
    for each in found:
        stored = known.get(each.id)
        word = _place(each, stored, rules, result)
        if stored is not None and stored.import_id == run.sync_id and word in _OWN:
            word = "new" if stored.imported_at > counted_until else ""
        if word == "held" and was_counted(rules.held.get(each.id), run):
            word = ""
        if word:
            tally[word] += 1
    result.counts = replace(result.counts, **tally)
    return result


def was_counted(held: Held | None, run: Run) -> bool:
    """Tell whether this run held a transaction, or another part of it, in an earlier commit."""
    if held is None or held.sync_id != run.sync_id or run.checkpointed_at is None:
        return False
    return held.at <= run.checkpointed_at


def _place(found: Found, stored: Known | None, rules: Rules, result: Sorted) -> str:
    """Put one transaction where it belongs and give the word it is counted under, if it is."""
    if stored is None:
        return _write(found, None, HeldReason.NEW, rules, result)
    if stored.state == State.DELETED:
        if not rules.revive:
            return "tombstoned"
        return _write(found, stored, HeldReason.RESTORED, rules, result)
    if stored.is_told_by(found):
        return _known(stored)
    return _differing(found, stored, rules, result)


def _differing(found: Found, stored: Known, rules: Rules, result: Sorted) -> str:
    """Place a transaction whose legs are not told as they are stored."""
    legs = parse_legs(stored.legs)
    difference = compare(legs, found.legs)
    if difference is Difference.NONE:
        return _known(stored) if legs[0].id in {leg.id for leg in found.legs} else ""
    if difference is Difference.MORE_LEGS and not stored.edited:
        return _write(found, stored, HeldReason.MORE_LEGS, rules, result)
    result.changed.append((found, stored))
    return "changed"


def _known(stored: Known) -> str:
    """Give the word for what is there and stays as it is."""
    return "excluded" if stored.state == State.EXCLUDED else "known"


def _write(
    found: Found, stored: Known | None, reason: HeldReason, rules: Rules, result: Sorted
) -> str:
    """Have a transaction written, or held if that would touch the locked period."""
    if rules.locks(found, stored):
        return _hold(found, reason, rules, result)
    if stored is None:
        result.new.append(found)
    elif reason is HeldReason.RESTORED:
        result.revive.append((found, stored))
    else:
        result.grow.append((found, stored))
        return "merged"
    return "new"


def _hold(found: Found, reason: HeldReason, rules: Rules, result: Sorted) -> str:
    """Hold a transaction, unless the owner has rejected it: then it stays deleted."""
    earlier = rules.held.get(found.id)
    if earlier is not None and earlier.rejected:
        return "tombstoned"
    result.held.append((found, reason))
    return "held"
