"""What may explain a mismatch: each likely cause in a sentence, with the place to look."""

from collections.abc import Iterator
from dataclasses import dataclass

from tidemark.domain.balances import Tip
from tidemark.domain.coverage import Interval, StreamCoverage, from_start, gaps
from tidemark.domain.duplicates import DuplicateState
from tidemark.domain.integrations import Integration
from tidemark.domain.ports import ConnectorFacts, CoverageStore, Duplicates, Parked
from tidemark.services.scan_assets import Scan

_MOST_NAMED = 10
_MARKS = {
    "excluded": ("excluded", "Excluded transactions do not count here; at the source they do."),
    "deleted": ("deleted", "Deleted transactions are still part of the source's balance."),
    "edited": ("edited", "Transactions were edited: they count otherwise than at the source."),
    "own": (
        "own_transactions",
        "Transactions made by hand or from files count, whether or not the source has them.",
    ),
}


@dataclass(frozen=True)
class Tips:
    """Finds what may explain a mismatch."""

    parked: Parked
    coverage: CoverageStore
    duplicates: Duplicates

    def of_integration(self, integration: Integration, facts: ConnectorFacts) -> tuple[Tip, ...]:
        """Give the tips that concern every asset."""
        return (
            *self._beside(integration),
            *self._pairs(integration),
            *self._uncovered(integration, facts),
            *_unshared(integration),
            *_scope(integration, facts),
        )

    def _beside(self, integration: Integration) -> Iterator[Tip]:
        """Look for what is kept beside the ledger."""
        unread = [row.id for row, _ in self.parked.unread(integration.key)]
        if unread:
            text = f"Rows of the source were not understood and do not count: {len(unread)}."
            link = f"/v1/issues?integration={integration.id}"
            yield Tip("unread_rows", text, link, tuple(unread[:_MOST_NAMED]))
        held = [row.id for row in self.parked.held(integration.key)]
        if held:
            text = f"Transactions of a locked period are held or rejected: {len(held)}."
            link = f"/v1/held_transactions?integration={integration.id}"
            yield Tip("held", text, link, tuple(held[:_MOST_NAMED]))

    def _pairs(self, integration: Integration) -> Iterator[Tip]:
        """Look for open possible duplicates."""
        pairs = [
            pair.id
            for pair in self.duplicates.of_owner(integration.key.owner)
            if pair.state is DuplicateState.OPEN and integration.id in pair.integrations
        ]
        if pairs:
            text = f"Transactions may be there twice: {len(pairs)} possible duplicates are open."
            link = f"/v1/possible_duplicates?integration={integration.id}"
            yield Tip("possible_duplicate", text, link, tuple(pairs[:_MOST_NAMED]))

    def _uncovered(self, integration: Integration, facts: ConnectorFacts) -> Iterator[Tip]:
        """Look for time that was not read."""
        streams, _ = self.coverage.read(integration.key)
        known = [streams.get(name, StreamCoverage()) for name in facts.streams]
        if integration.reads_from is not None:
            text = "Transactions before the start date are not imported; the balance has them."
            yield Tip("start_date", text, f"/v1/integrations/{integration.id}")
        if any(_has_gap(integration, each) for each in known):
            text = "The history was not read completely: a sync in mode `missing` fills holes."
            yield Tip("not_covered", text, f"/v1/integrations/{integration.id}/coverage")


def _has_gap(integration: Integration, stream: StreamCoverage) -> bool:
    """Tell whether a part of a stream was not read, or is not kept by the source."""
    until = stream.complete_until
    if until is None or stream.unavailable_before is not None:
        return True
    start = from_start(integration.reads_from)
    return bool(gaps(stream.intervals, Interval(start, until)))


def _unshared(integration: Integration) -> Iterator[Tip]:
    """Name the accounts of a bank that its consent lacks: it tells no balance of them."""
    if integration.unshared:
        text = (
            "The bank's consent lacks accounts that were read before: their transactions count,"
            f" and their balances are not told: {len(integration.unshared)}."
        )
        yield Tip("unshared", text, f"/v1/integrations/{integration.id}/reconnect")


def _scope(integration: Integration, facts: ConnectorFacts) -> Iterator[Tip]:
    """Name what the connector cannot read, and what helps when nothing else does."""
    if facts.scope.misses:
        text = f"The connector does not read: {'; '.join(facts.scope.misses)}."
        yield Tip("scope_gap", text, f"/v1/connectors/{integration.connector}")
    text = "A sync in mode `missing` reads everything again and adds what is not there."
    yield Tip("sync_missing", text, "/v1/syncs")


def of_asset(integration_id: str, asset: str, found: Scan) -> Iterator[Tip]:
    """Give the tips that concern one asset."""
    for word, (code, text) in _MARKS.items():
        if named := found.marks.get((asset, word)):
            state = f"&state={word}" if word in {"excluded", "deleted"} else ""
            link = f"/v1/transactions?integration={integration_id}{state}"
            yield Tip(code, text, link, tuple(named))
