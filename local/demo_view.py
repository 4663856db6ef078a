"""What the demo shows: progress bars while it works, tables at its end."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

_WIDTH = 120  # where the output goes to a file
_STYLES = {
    "succeeded": "green",
    "healthy": "green",
    "queued": "yellow",
    "running": "cyan",
    "waiting_for_user": "yellow",
}

type Json = dict[str, Any]


class Bars:
    """A progress bar for each sync."""

    def __init__(self, progress: Progress, tasks: Sequence[TaskID]) -> None:
        self._progress = progress
        self._tasks = tasks

    def show(self, syncs: Sequence[Json]) -> None:
        """Show how far the syncs are."""
        for task, sync in zip(self._tasks, syncs, strict=True):
            counts = sync["counts"]
            said = "{pages} pages, {read} read, {new} new, {known} known".format_map(counts)
            self._progress.update(
                task, completed=sync["progress"], said=f"{_status(sync['status'])} {said}"
            )


class View:
    """The screen."""

    def __init__(self) -> None:
        self._console = Console()
        if not self._console.is_terminal:
            self._console = Console(width=_WIDTH)

    def say(self, text: str) -> None:
        """Say something."""
        self._console.print(escape(text))

    def log(self, text: str) -> None:
        """Show the end of a log."""
        self._console.rule("the end of the server's log")
        self._console.print(escape(text))

    def verdict(self, wrong: Sequence[str], seconds: float) -> None:
        """Say whether everything matched."""
        for fault in wrong:
            self._console.print(f"[red]✗ {escape(fault)}[/]")
        if not wrong:
            self._console.print("[green]✓ Everything matched what the sources hold.[/]")
        self._console.print(f"{seconds:.1f} s")

    @contextmanager
    def progress(self, titles: Sequence[str]) -> Iterator[Bars]:
        """Show progress bars while something lasts."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[said]}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._console) as progress:
            width = max(map(len, titles), default=0)
            tasks = [progress.add_task(t.ljust(width), total=1.0, said="") for t in titles]
            yield Bars(progress, tasks)

    def integrations(self, rows: Sequence[Json]) -> None:
        """Show the integrations."""
        table = Table("name", "connector", "status", "key rights", "complete until")
        for row in rows:
            complete = _moment(row["complete_until"])
            table.add_row(
                row["name"], row["connector"], _status(row["status"]), row["key_rights"], complete
            )
        self._table("Integrations", table)

    def syncs(self, accounts: Sequence[tuple[str, Sequence[Json]]]) -> None:
        """Show what each sync met."""
        table = Table("integration", "mode", "status", *_COUNTS)
        for name, syncs in accounts:
            for sync in syncs:
                counts = (str(sync["counts"][count]) for count in _COUNTS)
                table.add_row(name, sync["mode"], _status(sync["status"]), *counts)
        self._table("Syncs", table)

    def balances(self, names: Mapping[str, str], rows: Sequence[Json]) -> None:
        """Show both balances of each asset."""
        table = Table("integration", "asset", "synced", "calculated", "")
        for row in rows:
            same = "[green]=[/]" if row["difference"] in {"0", "0.0"} else "[red]≠[/]"
            synced = row["synced"] or "?"
            table.add_row(names[row["integration"]], row["asset"], synced, row["calculated"], same)
        self._table("Balances", table)

    def transactions(self, accounts: Sequence[tuple[str, Sequence[Json]]]) -> None:
        """Show transactions of each account, and what they were worth."""
        table = Table("integration", "when", "kind", "sent", "received", "fee", "value")
        for name, rows in accounts:
            for row in rows:
                amounts = (_amount(row[side]) for side in ("sent", "received", "fee"))
                when = _moment(row["occurred_at"])
                table.add_row(name, when, row["kind"], *amounts, _value(row["valuation"]))
        self._table("Last transactions", table)

    def reports(self, names: Mapping[str, str], reports: Mapping[int, Json]) -> None:
        """Show what each year's tax report still lacks, and the way to it."""
        table = Table("year", "", "what it lacks", "the way to it")
        for year, report in reports.items():
            if report["ready"]:
                table.add_row(str(year), "[green]ready[/]")
            for each in report["blockers"]:
                about, link = names.get(each["integration"], "all"), each["link"]
                way = f"{link['method']} {link['href']}"
                table.add_row(str(year), f"[yellow]{about}[/]", each["message"], way)
        self._table("Tax reports", table)

    def _table(self, title: str, table: Table) -> None:
        """Show a table."""
        table.title = title
        table.title_justify = "left"
        self._console.print(table)


_COUNTS = ("pages", "read", "new", "known", "unreadable")


def _status(status: str) -> str:
    """Colour a status."""
    return f"[{_STYLES.get(status, 'red')}]{status}[/]"


def _moment(text: str | None) -> str:
    """Shorten a moment to the second."""
    return "" if text is None else text[:19].replace("T", " ")


def _value(valuation: Json) -> str:
    """Write what something was worth, or why nobody knows."""
    known = valuation["amount"] is not None
    return _amount(valuation | {"asset": valuation["currency"]}) if known else valuation["status"]


def _amount(amount: Json | None) -> str:
    """Write an amount."""
    return "" if amount is None else f"{amount['amount']} {amount['asset']}"
