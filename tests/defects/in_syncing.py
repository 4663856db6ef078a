"""Defects in how a source is read, and in what order things are written."""

from tests.defects.defect import CONFLUENCE, CRASHES, MODEL, MODES, PROMISES, STEPS, Defect

_COMMIT = "services/commit.py"
_WINDOWS = "domain/windows.py"
_SINCE = "    since = min(point, last or point) - overlap\n"

DEFECTS = (
    Defect(
        "cursor before data",
        "rotki 1.43.2: a failed query is marked as queried",
        _COMMIT,
        "        at = self._put(self._detailed(todo), self._moment())\n",
        "        self._checkpoint(pages, progress, self._moment())\n"
        "        at = self._put(self._detailed(todo), self._moment())\n",
        (CRASHES,),
    ),
    Defect(
        "overlap dropped",
        "rotki#9592: a late transaction never appears",
        _WINDOWS,
        _SINCE,
        "    since = min(point, last or point)\n",
    ),
    Defect(
        "since is last plus one",
        "dali-rp2, ccxt#9409: what shares the last moment is lost",
        _WINDOWS,
        _SINCE,
        "    since = (last or point) + timedelta(seconds=1)\n",
    ),
    Defect(
        "half-way taken for the end",
        "a newest-first run that stopped leaves a hole behind what it has read",
        _WINDOWS,
        "    if point is None:\n        return start\n",
        "    if point is None:\n        return last or start\n",
        (PROMISES,),
    ),
    Defect(
        "month left clean while written",
        "a cached balance that nobody adds up again",
        _COMMIT,
        "        self._enter(todo)\n",
        "",
        (MODEL,),
    ),
    Defect(
        "lease not checked at the checkpoint",
        "rotki 1.43.2: two at work, each thing saved twice",
        _COMMIT,
        "        self.lease = self.books.runs.checkpoint(self.lease, run)\n",
        "        from tidemark.errors import LeaseLost\n"
        "        with suppress(LeaseLost):\n"
        "            self.books.runs.checkpoint(self.lease, run)\n"
        "        self.lease = replace(self.lease, run=run)\n",
        (PROMISES,),
    ),
    Defect(
        "coverage advanced after a 429",
        "rotki#10625: what was refused counts as read",
        "domain/endings.py",
        "        if interval is None or not stream.done or stream.incomplete is not None:\n",
        "        if interval is None or stream.incomplete is not None:\n",
    ),
    Defect(
        "coverage past its own start",
        "what comes while a run reads is never read",
        "services/begin_run.py",
        "        until = now if run.requested is None else min(run.requested.until, now)\n",
        "        until = run.requested.until if run.requested else now + self.facts.overlap\n",
        (STEPS, MODEL),
    ),
    Defect(
        "fresh after the first commit",
        "rotki 1.42.1: pulled again, doubled",
        _COMMIT,
        "return self.books.ledger.known_by_id(self.lease.key, again) if again else {}\n",
        "return {}\n",
        (STEPS, CONFLUENCE, MODEL),
    ),
    Defect(
        "journal after the data",
        "after a crash there are rows that nobody was told of",
        _COMMIT,
        "        at = self._note(Noted.ADDED, fresh, moment)\n        by = self.run.sync_id\n",
        "        at = moment\n        by = self.run.sync_id\n",
        (MODEL,),
    ),
    Defect(
        "moved time not found",
        "looked for by time alone",
        _COMMIT,
        "        unsure = [each.id for each in wanted if digests.get(each.id) != each.digest]\n",
        "        unsure = [each.id for each in wanted if each.id in known]\n",
        (PROMISES,),
    ),
    Defect(
        "restart loses counts",
        "a walk that begins again forgets what it has imported",
        "services/read_stream.py",
        "        counts = Counts(new=progress.counts.new, held=held)\n",
        "        counts = Counts(held=held)\n",
        (STEPS,),
    ),
    Defect(
        "restart counts the held ones again",
        "a walk that begins again counts what waits twice, or never",
        "services/read_stream.py",
        "        counts = Counts(new=progress.counts.new, held=held)\n",
        "        counts = Counts(new=progress.counts.new)\n",
        (PROMISES,),
    ),
    Defect(
        "torn at the page's edge",
        "legs of one event on two pages, and only one of them is written",
        "services/read_stream.py",
        "                return self._uncut(index)\n",
        "                return index\n",
        (PROMISES,),
    ),
    Defect(
        "cursor that goes round",
        "ccxt#5861: a pagination that never ends",
        "services/read_stream.py",
        "        if cursor in self._seen:\n",
        "        if not cursor:\n",
        (PROMISES,),
    ),
    Defect(
        "pending of yesterday",
        "firefly#11925: what was pending stays so",
        "services/finish_sync.py",
        "            self.parked.drop_pending_but(run.key, run.sync_id)\n",
        "            pass\n",
        (PROMISES,),
    ),
    Defect(
        "succeeded in spite of a 429",
        "securo#805: a rate-limited run is shown as success",
        "domain/endings.py",
        '    "rate_limited": SyncStatus.RATE_LIMITED,\n',
        '    "rate_limited": SyncStatus.SUCCEEDED,\n',
    ),
    Defect(
        "details for everything",
        "each sync asks the source about all of history again",
        _COMMIT,
        "        fresh = [*todo.new, *(found for found, _ in todo.revive), *held]\n",
        "        fresh = [*todo.new, *(f for f, _ in todo.revive), *held]\n"
        "        self.source.enrich(fresh)\n",
        (MODES,),
    ),
)
