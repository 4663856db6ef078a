"""The import journal: which sync brought which transactions, and when."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one commit of one sync or import set out to write, noted before it was written.

    A transaction belongs to the chunk whose ``import_id`` and ``at`` it carries; a chunk that
    names others was left by a crash and says nothing about them.
    """

    at: datetime
    import_id: str
    integration_id: str
    transaction_ids: tuple[str, ...]
