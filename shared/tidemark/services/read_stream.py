"""Walking one stream of a source, page by page, and committing what was read in groups.

Pages read within two seconds, or up to 3,500 transactions, are committed together. A transaction
that may go on in the next page is not written before that page was read, and the place to resume
at stays before it. Whether the run is to stop is looked at after every page that took its time:
what was gathered since the last commit is dropped then, and read again by the next run.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from tidemark.domain.pages import Page, Window
from tidemark.domain.syncs import Counts, StreamProgress
from tidemark.errors import CursorExpired, RateLimited, SourceError, SourceGarbage
from tidemark.services.commit import Writer

GROUP_SIZE = 3_500
GROUP_TIME = timedelta(seconds=2)
SLOW = timedelta(milliseconds=200)
"""After a page that took so long is looked whether the run is to stop: it costs a read."""

_MAX_RESTARTS = 3


class Walked(Enum):
    """How a walk through a stream ended."""

    TO_THE_END = auto()
    OUT_OF_TIME = auto()
    CANCELED = auto()


@dataclass(frozen=True, slots=True)
class _Read:
    """A page, and the cursor it was read with."""

    cursor: str | None
    page: Page


@dataclass
class StreamWalk:
    """One stream's walk within one step, until its end or ``deadline`` (UTC)."""

    writer: Writer
    stream: str
    window: Window
    bookmark: str | None
    deadline: datetime
    _pages: list[_Read] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _committed_at: datetime = field(init=False)
    _unlooked: bool = False
    _stopping: bool = False
    _commits: int = 0
    _waiting: int = 0

    def __post_init__(self) -> None:
        self._committed_at = self._now()

    def walk(self) -> Walked:
        """Read to the end of the stream, or as far as time allows.

        Raises:
            SourceError: what was read before it is committed.
            LedgerError: what was not checkpointed will be read again.
        """
        while not self._progress.done:
            if self._is_to_stop():
                return Walked.CANCELED
            if self._now() >= self.deadline:
                return self._out_of_time()
            self._read_one()
        return Walked.TO_THE_END

    def _is_to_stop(self) -> bool:
        """Tell whether a cancel was asked for, up to the last slow page. Raises LeaseLost."""
        if self._unlooked:
            self._stopping, self._unlooked = self.writer.is_to_stop(), False
        return self._stopping or self.writer.run.cancel_requested

    def _now(self) -> datetime:
        """Give the present moment."""
        return self.writer.books.clock.now()

    @property
    def _progress(self) -> StreamProgress:
        """Give how far the stream had come at the last checkpoint."""
        return self.writer.run.stream(self.stream)

    def _read_one(self) -> None:
        """Read one page, and commit if the stream is at its end or a group is complete."""
        cursor = self._pages[-1].page.cursor if self._pages else self._progress.cursor
        asked_at = self._now()
        try:
            page = self.writer.source.page(self.stream, self.window, cursor, self.bookmark)
        except CursorExpired:
            self._restart()
            return
        except SourceError:
            self._commit(self._settled())
            raise
        self._unlooked |= self._now() - asked_at >= SLOW
        self._pages.append(_Read(cursor, page))
        self._waiting += len(page.transactions)
        if page.cursor is None:
            self._commit(len(self._pages))
            return
        self._refuse_loops(page.cursor)
        if self._group_is_complete():
            self._commit(self._settled())

    def _group_is_complete(self) -> bool:
        """Tell whether it is time to commit."""
        if self._waiting >= GROUP_SIZE:
            return True
        return self._now() - self._committed_at >= GROUP_TIME

    def _settled(self) -> int:
        """Give how many of the pages hold nothing that may go on in a page not read yet."""
        if not self._pages:
            return 0
        open_ids = self._pages[-1].page.open_ids
        for index, read in enumerate(self._pages):
            if any(found.id in open_ids for found in read.page.transactions):
                return self._uncut(index)
        return len(self._pages)

    def _uncut(self, most: int) -> int:
        """Give how many pages, ``most`` at the most, end where no transaction goes on."""
        for count in range(most, 0, -1):
            if not _ids(self._pages[:count]) & _ids(self._pages[count:]):
                return count
        return 0

    def _commit(self, count: int) -> None:
        """Commit the first ``count`` pages; if details are refused now, those of half of them."""
        if count == 0 or self._is_to_stop():
            return
        try:
            self._write(count)
        except RateLimited:
            if count == 1:
                raise
            self._write(self._uncut(count // 2) or count // 2)
            raise

    def _write(self, count: int) -> None:
        """Write the first ``count`` pages and move on behind them."""
        pages = [read.page for read in self._pages[:count]]
        self.writer.write(pages, _advanced(self._progress, pages))
        del self._pages[:count]
        self._waiting = sum([len(read.page.transactions) for read in self._pages])
        self._committed_at = self._now()
        self._commits += 1

    def _out_of_time(self) -> Walked:
        """Commit what is settled; if this step would not get anywhere else, everything."""
        settled = self._settled()
        self._commit(settled or (0 if self._commits else len(self._pages)))
        return Walked.OUT_OF_TIME

    def _restart(self) -> None:
        """Begin the walk again: the place where it stood is gone at the source."""
        self._commit(len(self._pages))
        progress = self._progress
        if progress.restarts >= _MAX_RESTARTS:
            raise SourceGarbage("The source kept changing while it was read.")
        self._seen.clear()
        held = min(self.writer.held, progress.counts.held)
        counts = Counts(new=progress.counts.new, held=held)
        again = StreamProgress(self.stream, restarts=progress.restarts + 1, counts=counts)
        self.writer.write([], again)

    def _refuse_loops(self, cursor: str) -> None:
        """Refuse a source whose pages come round again: it would never end."""
        if cursor in self._seen:
            raise SourceGarbage("The source's pages repeat.")
        self._seen.add(cursor)


def _ids(pages: Sequence[_Read]) -> set[str]:
    """Give the transactions of some pages."""
    return {found.id for read in pages for found in read.page.transactions}


def _advanced(progress: StreamProgress, pages: Sequence[Page]) -> StreamProgress:
    """Give how far the stream has come with these pages."""
    last = pages[-1]
    reached = [page.reached for page in pages if page.reached is not None]
    return replace(
        progress,
        cursor=last.cursor,
        done=last.cursor is None,
        bookmark=last.bookmark,
        incomplete=last.incomplete,
        history_from=last.history_from,
        reached=min(reached) if reached else progress.reached,
    )
