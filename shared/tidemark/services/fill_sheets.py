"""Filling sheets: sources are asked for the closes that are wanted and not known yet."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import batched

from tidemark.domain.ports import Clock
from tidemark.domain.price_ports import Sheets
from tidemark.domain.sheets import Sheet, SheetKey
from tidemark.errors import StaleVersion
from tidemark.services.find_prices import FindPrices

_AT_ONCE = 100
_TRIES = 5


@dataclass(frozen=True)
class FillSheets:
    """Wants closes, and fetches those that are due. What is known is never asked for again.

    Sources that may be asked as often as one likes are asked before something is due, too.
    """

    sheets: Sheets
    finding: FindPrices
    clock: Clock

    def provide(
        self, needs: Mapping[SheetKey, Collection[date]], until: datetime, *, again: bool = False
    ) -> None:
        """Want closes of days, and fetch what may be fetched until a moment; one write a sheet.

        ``again``: on sheets to which no day is added, too.
        """
        for keys in batched(needs, _AT_ONCE, strict=False):
            kept = self.sheets.read(keys)
            for key in keys:
                self._provide(kept.get(key) or Sheet(key), needs[key], until, again=again)

    def _provide(
        self, sheet: Sheet, days: Collection[date], until: datetime, *, again: bool
    ) -> None:
        """Add days to a sheet, and ask for those that are open; all of it anew if others did."""
        for _ in range(_TRIES):
            wanting = sheet.wanting(days, self.clock.now())
            if wanting is sheet and not again:
                return
            answered = self._asked(wanting) if self.clock.now() < until else wanting
            if answered is sheet:
                return
            try:
                self.sheets.write(answered)
            except StaleVersion:
                sheet = self.sheets.read([sheet.key]).get(sheet.key) or Sheet(sheet.key)
            else:
                return
        raise StaleVersion("others keep changing the sheet")

    def due(self, until: datetime) -> int:
        """Fetch what is due, until a moment; give how many sheets were asked for."""
        count = 0
        while self.clock.now() < until:
            keys = self.sheets.due(self.clock.now(), _AT_ONCE)
            done = self.fill(keys, until)
            count += done
            if done < len(keys) or len(keys) < _AT_ONCE:
                break
        return count

    def fill(self, keys: Collection[SheetKey], until: datetime) -> int:
        """Fetch what is due on some sheets; what there is no time for stays due."""
        kept, count = self.sheets.read(keys), 0
        for key in keys:
            if self.clock.now() >= until:
                break
            count += 1
            if key in kept:
                self._fill(kept[key])
        return count

    def _fill(self, sheet: Sheet) -> None:
        """Ask for one sheet's open days; what somebody else changed meanwhile stays due."""
        answered = self._asked(sheet)
        if answered is sheet:
            return
        try:
            self.sheets.write(answered)
        except StaleVersion:
            return

    def _asked(self, sheet: Sheet) -> Sheet:
        """Ask for a sheet's open days, if there are any."""
        asked = sheet.open(self.clock.now(), early=self.finding.free)
        if not asked:
            return sheet
        found = self.finding.closes(sheet.key.pair, asked)
        return sheet.answered(found.closes, found.none, asked, self.clock.now())
