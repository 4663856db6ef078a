"""Defects in what an owner does, and in what is added up."""

from tests.defects.defect import CONFLUENCE, CRASHES, MATRIX, MODEL, MODES, PROMISES, Defect

DEFECTS = (
    Defect(
        "forgotten kept as a tombstone",
        "buckets#626: what was removed for good cannot be imported again",
        "services/edit_transactions.py",
        "            if self.amend.forget(integration.key, stored):\n",
        "            gone = _buried(stored)\n"
        "            if self.amend.change(integration.key, stored, gone, Action.DELETED):\n",
        (MATRIX, MODEL),
    ),
    Defect(
        "a float in the sum",
        "sure: decimal(19,4); 0.1 and 0.2",
        "services/add_up.py",
        "        return {asset: amounts.total(column) for asset, column in columns.items()}\n",
        "        return {a: type(c[0])(str(sum(map(float, c)))) for a, c in columns.items()}\n",
        (
            CONFLUENCE,
            MODEL,
        ),
    ),
    Defect(
        "owner's month left clean while written",
        "an edit that the cached balance does not see",
        "services/amend.py",
        "        self.months.enter(key, months, me)\n        try:\n",
        "        try:\n",
        (
            PROMISES,
            MODEL,
        ),
    ),
    Defect(
        "owner writes to the locked period",
        "a filed year is edited",
        "services/amend.py",
        "    return lock is not None and any(lock.holds(each) for each in times)\n",
        "    return lock is not None and not times\n",
        (PROMISES,),
    ),
    Defect(
        "tombstone keeps its amounts",
        "a deleted one still counts",
        "domain/transactions.py",
        "            state=State.DELETED,\n            legs=(),\n",
        "            state=State.DELETED,\n",
        (MODEL,),
    ),
    Defect(
        "restored with its old words",
        "a deleted one comes back as it was edited",
        "domain/transactions.py",
        "    fresh = replace(imported(found, at=at, by=by), history=tombstone.history)\n",
        "    fresh = replace(tombstone, legs=found.legs, state=State.ACTIVE)\n",
        (MODES,),
    ),
    Defect(
        "gap closed by a wish",
        "rotki#3864: an earlier start date, and nothing is read for it",
        "services/begin_run.py",
        "        if run.mode is Mode.MISSING:\n            return start\n",
        "        if run.mode is Mode.MISSING and not self.coverage:\n            return start\n",
        (MODES, CRASHES),
    ),
)
