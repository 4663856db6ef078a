"""Defects in comparing balances, and in saying what a report lacks."""

from tests.defects.defect import Defect

_CHECKS = ("tests/services/test_balance_checks.py", "tests/services/test_standing_issues.py")
_READY = ("tests/services/test_readiness.py",)

DEFECTS = (
    Defect(
        "mismatch never closed",
        "a warning that stays until nobody looks at it any more",
        "services/judge_balances.py",
        "            self.issues.resolve(key.owner, subject, now)\n",
        "            pass\n",
        _CHECKS,
    ),
    Defect(
        "silence taken for a match",
        "a source that does not answer closes the mismatch that it had",
        "services/judge_balances.py",
        "        if synced is not None and snapshot.matches:\n",
        "        if synced is None or snapshot.matches:\n",
        _CHECKS,
    ),
    Defect(
        "a wrong month is trusted",
        "a cached sum is never compared with what it is the sum of",
        "services/check_sums.py",
        "            if differences := _differences(month, legs):\n",
        "            if (differences := _differences(month, legs)) and left < 0:\n",
        _CHECKS,
    ),
    Defect(
        "the last evening is missing",
        "a report of a year that was read up to 31 December, at noon",
        "services/integration_readiness.py",
        "    if not year.over and stream.complete_until is not None:\n",
        "    if stream.complete_until is not None:\n",
        _READY,
    ),
    Defect(
        "every year ends at UTC's midnight",
        "the first hours of January count as the last of December",
        "domain/readiness.py",
        "zone_named(zone)",
        'zone_named("UTC")',
        _READY,
    ),
    Defect(
        "licence asked for only when fired",
        "what lapsed goes on for as long as its sync takes",
        "services/entitlement.py",
        "        return replace(run, problem=ENTITLEMENT_ENDED)\n",
        "        return run\n",
        ("tests/services/test_entitlement.py",),
    ),
    Defect(
        "rights asked for once in a life",
        "a key that got the right to trade later is kept",
        "services/recheck_rights.py",
        "        if rights_are_old(integration, self.clock.now()):\n",
        "        if not integration.rights_checked_at:\n",
        ("tests/services/test_rights.py",),
    ),
    Defect(
        "rights asked for by syncs only",
        "without a licence a key that got the right to trade is never told of",
        "services/fire_schedules.py",
        "        if wants_recheck(found, at):\n",
        "        if wants_recheck(found, at) and found.scheduled_for:\n",
        ("tests/services/test_weekly_rights.py",),
    ),
)
