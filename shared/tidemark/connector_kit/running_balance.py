"""Checks the balance that a source writes behind each record: is the chain of records whole?

A record leads from one balance to another, and the next older record must have led to where it
begins. Records of one moment may come in any order, so a record is not compared with its
neighbour: open ends are kept until the walk has left their moment, and an asset is reported once,
when it has more ends than the newest record's own. Only open ends travel in the cursor.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from tidemark.domain import amounts, moments

_MOVES = ("amount", "fee")


@dataclass(slots=True)
class _Chain:
    """The open ends of one asset.

    ``starts`` are balances that an older record must have led to; ``ends`` are balances that no
    newer record begins from, with their times. ``grounded``: the newest record was met, no other
    end may stay open. ``broken``: reported, or not to be known; nothing more is said.
    """

    starts: list[Decimal] = field(default_factory=list)
    ends: list[tuple[Decimal, datetime]] = field(default_factory=list)
    grounded: bool = False
    broken: bool = False

    def link(self, before: Decimal, after: Decimal, at: datetime) -> None:
        """Take in a record."""
        if not self.ends and self.starts == [after]:
            self.starts[0] = before
            return
        if after in self.starts:
            self.starts.remove(after)
        else:
            self.ends.append((after, at))
        for end in self.ends:
            if end[0] == before:
                self.ends.remove(end)
                return
        self.starts.append(before)

    def leave(self, since: datetime | None) -> datetime | None:
        """Look at the ends later than ``since`` (None: at all); give where it does not add up."""
        late = [end for end in self.ends if since is None or end[1] > since]
        if not late:
            return None
        self.ends = [end for end in self.ends if end not in late]
        wrong = len(late) > (0 if self.grounded else 1)
        self.grounded, self.broken = True, wrong
        return max(at for _, at in late) if wrong else None

    def spell(self) -> list[object]:
        """Give the chain as JSON."""
        if self.broken:
            return []
        ends = [[f"{end:f}", moments.spell(at)] for end, at in self.ends]
        return [int(self.grounded), [f"{start:f}" for start in self.starts], *ends]

    @classmethod
    def parse(cls, spelled: list[object]) -> "_Chain":
        """Read what ``spell`` gave."""
        if not spelled:
            return cls(broken=True)
        grounded, starts, *ends = spelled
        return cls(
            [Decimal(start) for start in _texts(starts)],
            [(Decimal(end), moments.parse(at)) for end, at in map(_texts, ends)],
            bool(grounded),
        )


class RunningBalance:
    """The chains of all assets, as a walk from the newest record to the oldest meets them."""

    def __init__(self, notes: object = None) -> None:
        """Go on with what ``notes`` gave on the page before."""
        known = notes if isinstance(notes, dict) else {}
        self._chains = {asset: _Chain.parse(spelled) for asset, spelled in known.items()}

    def meet(
        self, asset: str, amount: Decimal, fee: Decimal, balance: object, at: datetime
    ) -> None:
        """Take in a record whose amount and fee led to a balance, given as it is spelled."""
        try:
            after = amounts.parse_amount(balance)
        except ValueError:
            self.lose(asset)
        else:
            self.meet_all([(asset, amount, fee, after, at)])

    def meet_all(self, records: Iterable[tuple[str, Decimal, Decimal, Decimal, datetime]]) -> None:
        """Take in records: asset, amount, fee, balance behind them, time."""
        chains, less = self._chains, amounts.difference
        for asset, amount, fee, after, at in records:
            chain = chains.get(asset)
            if chain is None:
                chain = chains[asset] = _Chain()
            if not chain.broken:
                moved = less(amount, fee) if fee else amount
                chain.link(less(after, moved), after, at)

    def lose(self, asset: str) -> None:
        """Say that a record could not be read: its asset's chain cannot be checked any more."""
        self._chains[asset] = _Chain(broken=True)

    def settle(self, edge: datetime | None, span: timedelta) -> list[str]:
        """Say which assets do not add up, now that the walk has left their moment.

        ``edge`` is the time of the oldest record so far, None at the end of the walk.
        """
        since = None if edge is None else edge + span
        warnings = []
        for asset, chain in self._chains.items():
            where = chain.leave(since) if chain.ends else None
            if where is not None:
                at = moments.spell(where)
                warnings.append(f"The running balance of {asset} does not add up at {at}.")
        return warnings

    def notes(self) -> dict[str, list[object]]:
        """Give what the next page needs to know, as JSON."""
        return {asset: chain.spell() for asset, chain in self._chains.items()}


def balances_after(raw: str) -> dict[str, Decimal]:
    """Give the balance per source asset that a transaction's records (JSON) led to.

    Of several records of an asset, no other begins where the last one ends. An asset with a record
    that cannot be read is left out.
    """
    steps: dict[str, list[tuple[Decimal, Decimal]]] = {}
    unknown = set()
    for record in json.loads(raw or "[]"):
        try:
            after = amounts.parse_amount(record["balance"])
            amount, fee = (amounts.parse_amount(record.get(name, "0")) for name in _MOVES)
            before = amounts.difference(after, amounts.difference(amount, fee))
            steps.setdefault(record["asset"], []).append((before, after))
        except (KeyError, ValueError):
            unknown.add(record.get("asset"))
    return {asset: _end(each) for asset, each in steps.items() if asset not in unknown}


def _end(steps: list[tuple[Decimal, Decimal]]) -> Decimal:
    """Give where a chain of steps ends."""
    begins = {before for before, after in steps if before != after}
    open_ends = [after for _, after in steps if after not in begins]
    return (open_ends or [steps[-1][1]])[-1]


def _texts(value: object) -> list[str]:
    """Give a list of texts as such."""
    return [str(text) for text in value] if isinstance(value, list) else []
