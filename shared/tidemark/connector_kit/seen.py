"""What is known of a wallet's addresses: within one reading, and from one to the next."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self


class Ref(NamedTuple):
    """Which address: the number of its branch, and its place there."""

    branch: int
    place: int


class Order(NamedTuple):
    """Whose turn it is to name a transaction that touches several addresses."""

    rank: int
    ref: Ref


UNCHANGED, WHOLE, PARTLY = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Seen:
    """One used address.

    ``rank`` says how it is walked: not at all, whole, or down to what is known. ``todo`` is the
    source's own count of transactions, None when nothing is left to do. ``settled`` counts
    the settled ones from the oldest on; the newest of those begins with ``newest``.
    """

    rank: int
    todo: int | None
    settled: int = 0
    newest: str = ""

    def kept(self) -> "Seen | None":
        """Give what is worth knowing after the reading."""
        return Seen(UNCHANGED, None, self.settled, self.newest) if self.settled else None

    def spell(self) -> str:
        """Write it compactly."""
        todo = "" if self.todo is None else self.todo
        return f"{self.rank}.{todo}.{self.settled}.{self.newest}"

    def meets_again(self, txid: str, met: int) -> bool:
        """Tell whether a transaction, after ``met`` others, begins what is known already.

        It does not if the source counts more than those: then something lies deeper.
        """
        known = self.settled > 0 and txid.startswith(self.newest)
        return known and met + self.settled >= (self.todo or 0)

    @classmethod
    def parse(cls, text: str) -> "Seen | None":
        """Read what ``spell`` wrote; an unused address is an empty text."""
        if not text:
            return None
        rank, todo, settled, newest = text.split(".")
        return cls(int(rank), int(todo) if todo else None, int(settled), newest)


def judge(confirmed: int, unconfirmed: int, known: Seen | None) -> Seen | None:
    """Say what to do with an address that has so many transactions."""
    if not confirmed and not unconfirmed:
        return None
    if known is None or not known.settled or confirmed < known.settled:
        return Seen(WHOLE, confirmed)
    if confirmed == known.settled and not unconfirmed:
        return Seen(UNCHANGED, None, known.settled, known.newest)
    return Seen(PARTLY, confirmed, known.settled, known.newest)


type Branches = list[list[Seen | None] | None]
"""The probed addresses of each branch. None: left out, because its script type is unused."""


def spell_branches(branches: Branches) -> list[str | None]:
    """Write each branch as one text; trailing unused addresses are kept by their commas."""
    return [
        None
        if entries is None
        else ",".join([*(seen.spell() if seen else "" for seen in entries), ""])
        for entries in branches
    ]


def parse_branches(spelled: list[str | None]) -> Branches:
    """Read what ``spell_branches`` wrote."""
    return [
        None if text is None else [Seen.parse(entry) for entry in text.split(",")[:-1]]
        for text in spelled
    ]


@dataclass(frozen=True, slots=True)
class Bookmark:
    """What a complete reading leaves for the next one.

    ``wallet`` stands for the keys that were read, ``since`` (seconds since 1970, None: from the
    beginning) for how far back, ``latest`` for the newest settled transaction; ``balance`` is what
    the source said, in units, less what was not settled.
    """

    wallet: str
    since: int | None
    latest: int
    balance: int | None
    branches: Branches

    def dump(self) -> str:
        """Write it compactly."""
        facts = [self.wallet, self.since, self.latest, self.balance]
        return spell([*facts, spell_branches(self.branches)])

    @classmethod
    def load(cls, text: str) -> Self:
        """Read what ``dump`` wrote."""
        wallet, since, latest, balance, branches = json.loads(text)
        return cls(wallet, since, latest, balance, parse_branches(branches))

    def serves(self, wallet: str, since: int | None) -> bool:
        """Tell whether what it knows need not be read again from ``since`` on.

        It must be of the same keys and reach back as far; and if ``since`` lies before the newest
        transaction that was read, somebody forgot some of them, and wants them again.
        """
        if wallet != self.wallet:
            return False
        if since is None:
            return self.since is None
        return (self.since is None or self.since <= since) and self.latest <= since

    def known(self, ref: Ref) -> Seen | None:
        """Give what is known of an address."""
        entries = self.branches[ref.branch] or []
        return entries[ref.place] if ref.place < len(entries) else None


def spell(parts: Sequence[object]) -> str:
    """Write compact JSON."""
    return json.dumps(parts, separators=(",", ":"))
