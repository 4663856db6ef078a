"""Defects in what transactions are worth, and in what they add up to at a moment."""

from tests.defects.defect import Defect

_VALUES = ("tests/domain/test_valuations.py", "tests/services/test_valuing.py")
_SOURCES = ("tests/prices/test_sources.py", "tests/prices/test_bad_answers.py")
_PRICES = ("tests/services/test_prices.py", *_VALUES)
_MERGES = ("tests/services/test_deciding_duplicates.py",)
_MONTHS = ("tests/services/test_dirty_months.py", "tests/services/test_valuing.py")

DEFECTS = (
    Defect(
        "today's close is taken",
        "a price of noon for what is worth its day's close",
        "domain/valuations.py",
        "    if day >= today:\n",
        "    if day > today:\n",
        _VALUES,
    ),
    Defect(
        "a fee is part of the fiat amount",
        "a purchase that cost more than was paid for it",
        "domain/valuations.py",
        "    totals = net(legs_on(facts.legs, side))\n",
        "    totals = net(leg for leg in facts.legs if leg in legs_on(facts.legs, side)"
        " or side is Side.SENT and leg.role == 'fee')\n",
        _VALUES,
    ),
    Defect(
        "nothing is missing",
        "a gap in the records of prices that keeps a report waiting for ever",
        "domain/sheets.py",
        "        return self.tries >= TRIES\n",
        "        return False\n",
        _VALUES,
    ),
    Defect(
        "an outage counts as an answer",
        "an hour without a network, and prices that there are go missing",
        "domain/sheets.py",
        "    if not counts:\n",
        "    if not counts and state.tries < 0:\n",
        _VALUES,
    ),
    Defect(
        "a known close is fetched anew",
        "a filed report that no longer is what it was",
        "domain/sheets.py",
        "            if isinstance(state, Wanted):\n                found",
        "            if state is not None:\n                found",
        ("tests/domain/test_sheets.py", *_VALUES),
    ),
    Defect(
        "a rate of a later day",
        "a Saturday that is worth what Monday was",
        "prices/ecb.py",
        "each for each in (day - timedelta(days=n)",
        "each for each in (day + timedelta(days=n)",
        _SOURCES,
    ),
    Defect(
        "the day that is not over",
        "the price of now for the close of today",
        "prices/kraken.py",
        "if not max(now - _KEPT, since) <= read_at",
        "if not now - _KEPT <= read_at",
        _SOURCES,
    ),
    Defect(
        "the beginning of the day",
        "a history by date that is of its first moment",
        "prices/coingecko.py",
        "{day + timedelta(days=1):%d-%m-%Y}",
        "{day:%d-%m-%Y}",
        _SOURCES,
    ),
    Defect(
        "one currency for all",
        "another currency of the owner's, and the old values in it",
        "domain/months.py",
        '    return f"{quote}#{month.version}"\n',
        '    return f"#{month.version}"\n',
        _VALUES,
    ),
    Defect(
        "changed months are not looked at",
        "a transaction that came later stays without a value",
        "domain/months.py",
        '    return f"{quote}#{month.version}"\n',
        '    return f"{quote}#"\n',
        _VALUES,
    ),
    Defect(
        "the price of now for a past day",
        "what rotki PR#11767 ended",
        "services/read_prices.py",
        "        if at is None or day_of(at) >= today:\n",
        "        if at is None or day_of(at) <= today:\n",
        _PRICES,
    ),
    Defect(
        "an undo keeps the value",
        "a value that was said of another transaction",
        "services/decide_duplicates.py",
        '        overlay.pop("valuation", None)\n',
        "        pass\n",
        _MERGES,
    ),
    Defect(
        "every month is added up again",
        "a check that reads a million rows each time",
        "services/add_up.py",
        "        if month.clean:\n",
        "        if month.clean and not month.totals:\n",
        _MONTHS,
    ),
    Defect(
        "a moment counts to its own end",
        "a balance of midnight with what came at midnight",
        "services/add_up.py",
        "Window(span_of(last).since, at)",
        "Window(span_of(last).since, at + timedelta(microseconds=1))",
        ("tests/services/test_dirty_months.py", "tests/services/test_past_balances.py"),
    ),
)
