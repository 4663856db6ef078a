"""Defects in what becomes of each row."""

from tests.defects.defect import CONFLUENCE, CRASHES, MATRIX, MODEL, MODES, PROMISES, STEPS, Defect

_SORTING = "domain/sorting.py"
_READING = "domain/reading.py"

DEFECTS = (
    Defect(
        "tombstone ignored",
        "actual#2289: what was deleted is back after each import",
        _SORTING,
        "    if stored is None:\n        return _write(found, None,",
        "    if stored is None or stored.state == State.DELETED:\n"
        "        return _write(found, None,",
    ),
    Defect(
        "tombstone absolute",
        "firefly#2164: what was deleted can never be imported again",
        _SORTING,
        "        if not rules.revive:\n",
        "        if rules.revive is not None:\n",
    ),
    Defect(
        "tombstone revived by incremental",
        "actual#8708: deleted ones return",
        "services/begin_run.py",
        "            revive=again or self.integration.deleted is DeletedPolicy.REAPPEAR,\n",
        "            revive=True,\n",
    ),
    Defect(
        "excluded reset",
        "an upsert forgets that a row was taken out",
        _SORTING,
        "    if stored is None:\n        return _write(found, None,",
        "    if stored is None or stored.state == State.EXCLUDED:\n"
        "        return _write(found, None,",
    ),
    Defect(
        "overlay lost",
        "rotki#11334: customised events are decoded again",
        _SORTING,
        "    if stored is None:\n        return _write(found, None,",
        "    if stored is None or stored.edited:\n        return _write(found, None,",
        (MATRIX, MODEL),
    ),
    Defect(
        "edited one grows",
        "actual#4080: an edited one is written to by the next import",
        _SORTING,
        "    if difference is Difference.MORE_LEGS and not stored.edited:\n",
        "    if difference is Difference.MORE_LEGS:\n",
        (
            PROMISES,
            MODEL,
        ),
    ),
    Defect(
        "twins collapsed",
        "rotki#10979, firefly#9098: equal amounts at one time are taken for one",
        _READING,
        "    return whole\n",
        "    alike = {(f.occurred_at, tuple((x.asset, x.amount) for x in f.legs)): f"
        " for f in whole.values()}\n"
        "    return {each.id: each for each in alike.values()}\n",
        (MODES, CONFLUENCE, MODEL),
    ),
    Defect(
        "late leg dropped",
        "ccxt#24572: of rows that share an id only one is kept",
        _SORTING,
        "        return _write(found, stored, HeldReason.MORE_LEGS, rules, result)\n",
        "        return _known(stored)\n",
        (STEPS,),
    ),
    Defect(
        "late leg as a second transaction",
        "one swap, two transactions",
        _SORTING,
        "        return _write(found, stored, HeldReason.MORE_LEGS, rules, result)\n",
        '        again = replace(found, id=f"{found.id}:2")\n'
        "        return _write(again, None, HeldReason.NEW, rules, result)\n",
        (STEPS,),
    ),
    Defect(
        "changed amount written over",
        "actual#8701: unrelated rows are overwritten",
        _SORTING,
        "    result.changed.append((found, stored))\n",
        "    result.new.append(found)\n",
    ),
    Defect(
        "counted twice after a crash",
        "a run that is taken up again counts its rows anew",
        _SORTING,
        '            word = "new" if stored.imported_at > counted_until else ""\n',
        '            word = "new"\n',
        (STEPS, CONFLUENCE, MODEL),
    ),
    Defect(
        "not counted after a crash",
        "what was written before the crash is taken for known",
        _SORTING,
        '            word = "new" if stored.imported_at > counted_until else ""\n',
        '            word = "known"\n',
        (CRASHES,),
    ),
    Defect(
        "imported before the start",
        "the start date is a wish",
        _SORTING,
        "        return self.start is not None and found.occurred_at < self.start\n",
        "        return False\n",
    ),
    Defect(
        "locked period written to",
        "a late row changes a year that was filed",
        _SORTING,
        "        return self.lock.holds(found.occurred_at) or (\n",
        "        return False and (\n",
        (
            PROMISES,
            MATRIX,
        ),
    ),
    Defect(
        "held, and not counted",
        "a sync that leaves something out and says nothing",
        _SORTING,
        '    result.held.append((found, reason))\n    return "held"\n',
        '    result.held.append((found, reason))\n    return ""\n',
        (
            PROMISES,
            MODEL,
        ),
    ),
    Defect(
        "pending into the ledger",
        "actual#2877, firefly#9268: pending and booked are both there",
        _READING,
        "        for found in page.transactions:\n",
        "        for found in (*page.transactions, *page.pending):\n",
        (MATRIX,),
    ),
    Defect(
        "unreadable skipped silently",
        "Sure#2450: what nobody reads is missing, and nobody says so",
        _READING,
        "        unreadable=sum(len(page.unread) for page in pages),\n",
        "        unreadable=0,\n",
    ),
    Defect(
        "unreadable not kept",
        "the log has it, the ledger does not",
        "services/parking.py",
        "            self.parked.park_unread(self.key, unread, sync_id)\n",
        "            pass\n",
    ),
)
