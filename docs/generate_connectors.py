"""Writes docs/connectors.md from the connectors' own facts.

Run ``python docs/generate_connectors.py``; with ``--check`` it only tells whether it is fresh.
"""

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

_ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(_ROOT / "shared")]

from tidemark.connector_kit.base import Connector  # noqa: E402 - the path comes first
from tidemark.connector_kit.registry import Registry  # noqa: E402
from tidemark.domain.pages import RateBudget  # noqa: E402

TARGET = _ROOT / "docs" / "connectors.md"

_HEAD = """# Connectors

Made by `make openapi` from the connectors' own facts, which `GET /v1/connectors` tells too; not
edited by hand.
"""


class _Standing:
    """A clock that nobody asks."""

    def now(self) -> datetime:
        """Give some moment."""
        return datetime(2009, 1, 3, tzinfo=UTC)


def generate() -> str:
    """Give the document as text, the same for the same facts."""
    registry = Registry("tidemark.connectors", _Standing())
    connectors = [(name, registry.get(name).connector) for name in registry.names()]
    table = ["| name | kind | reads back to | rights |", "|---|---|---|---|"]
    for name, facts in connectors:
        row = (f"[`{name}`](#{name})", facts.kind.value, facts.scope.since, _rights(facts))
        table.append(f"| {' | '.join(row)} |")
    sections = ["\n".join(_section(name, facts)) for name, facts in connectors]
    return "\n".join([_HEAD, "\n".join(table), "", *sections])


def _section(name: str, facts: type[Connector]) -> Iterator[str]:
    """Tell of one connector."""
    yield f"## {name}\n"
    yield f"{facts.title}. {(facts.__doc__ or '').partition(chr(10))[0]}\n"
    yield from _list("Reads", facts.scope.reads)
    yield from _list("Does not read", facts.scope.misses)
    yield from _list("Good to know", facts.scope.notes)
    yield from _list("Credentials", [_field(field.name, facts) for field in facts.fields])
    yield from _list("Needs the rights", facts.needed_rights)
    yield from _list("Refuses keys with the rights", facts.forbidden_rights)
    if facts.streams:
        yield from _list("At work", _at_work(facts))


def _at_work(facts: type[Connector]) -> Iterator[str]:
    """Tell how it reads."""
    yield f"source: `{facts.base_url}`"
    yield "streams: " + ", ".join(f"`{stream}`" for stream in facts.streams)
    yield f"an incremental sync reads again: {_time(facts.overlap)}"
    if facts.lookback is not None:
        yield f"given in full at any time: {_time(facts.lookback)}"
    yield f"rate budget: {_budget(facts.budget)}"


def _rights(facts: type[Connector]) -> str:
    """Say whether the source tells what a key may do."""
    if facts.forbidden_rights:
        return "checked: only reading is accepted"
    if facts.by_consent:
        return "a consent, which allows nothing but reading"
    if facts.fields and not any(field.name.endswith("secret") for field in facts.fields):
        return "public keys only"
    return "not told by the source" if facts.fields else "none needed"


def _field(name: str, facts: type[Connector]) -> str:
    """Tell of one credential."""
    field = next(field for field in facts.fields if field.name == name)
    many = " (one, or a list)" if field.many else ""
    optional = "" if field.required else " (optional)"
    return f"`{name}`: {field.description or field.title}{many}{optional}"


def _budget(budget: RateBudget | None) -> str:
    """Put a rate limit into words."""
    if budget is None:
        return "none of its own; the source says when to wait"
    return f"{budget.capacity:g} {budget.unit} at once, and {_rate(budget.per_second)}"


def _rate(per_second: float) -> str:
    """Spell a rate in the larger of both ways."""
    if per_second >= 1:
        return f"{per_second:g} more every second"
    return f"one more every {1 / per_second:g} seconds"


def _time(span: timedelta) -> str:
    """Spell a time in hours, a longer one in days."""
    if not span:
        return "only what has changed"
    days, hours = span / timedelta(days=1), span / timedelta(hours=1)
    return f"the last {days:g} days" if days > 1 else f"the last {hours:g} hours"


def _list(title: str, entries: Sequence[str] | Iterator[str]) -> Iterator[str]:
    """Write a list under a title, if there is anything in it."""
    lines = [f"- {entry}" for entry in entries]
    if lines:
        yield f"**{title}**\n"
        yield "\n".join(lines) + "\n"


def main(arguments: Sequence[str], target: Path = TARGET) -> int:
    """Write the document, or with ``--check`` say whether it is fresh."""
    document = generate()
    if "--check" not in arguments:
        target.write_text(document)
        return 0
    if target.is_file() and target.read_text() == document:
        return 0
    sys.stderr.write(f"docs/{target.name} is stale: run `make openapi`.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
