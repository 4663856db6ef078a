"""What each way of syncing does with each kind of row: ``python -m tests.model.matrix`` prints it.

The table is data; ``tests.services.test_matrix_table`` plays each cell and compares.
"""

import sys

from tests.model.game import Game
from tidemark.domain.integrations import DeletedPolicy

STAY, REAPPEAR = DeletedPolicy.STAY_DELETED, DeletedPolicy.REAPPEAR

WAYS: dict[str, tuple[str, DeletedPolicy]] = {
    "incremental": ("incremental", STAY),
    "incremental, reappear": ("incremental", REAPPEAR),
    "missing": ("missing", STAY),
    "missing, reappear": ("missing", REAPPEAR),
    "range": ("range", STAY),
    "range, reappear": ("range", REAPPEAR),
    "convert": ("convert", STAY),
    "file-all": ("file-all", STAY),
    "file-since": ("file-since", STAY),
    "reconnect": ("reconnect", STAY),
}
"""The columns: how the source's rows come, and the owner's policy for deleted ones."""

PROMISED: dict[str, tuple[str, str]] = {
    "new": ("imported", "imported"),
    "untouched": ("untouched, byte for byte", "untouched, byte for byte"),
    "edited": ("untouched", "untouched"),
    "excluded": ("stays excluded", "stays excluded"),
    "deleted": ("stays deleted", "imported again"),
    "forgotten": ("imported again", "imported again"),
    "before start": ("not imported", "not imported; those imported earlier stay, flagged"),
    "in a locked period": ("held", "held"),
    "pending": ("never in the ledger; shown as pending", "the same"),
    "unreadable": ("kept raw with the reason; the sync is partial", "the same"),
}
"""The rows, with what is promised of them: for incremental, and for missing and range."""


def _all(outcome: str, meeting: str | None = None, since: str | None = None) -> list[str]:
    """Give a row of the table: of syncs, where a source meets what is there, and since its end."""
    met = meeting or outcome
    return [*[outcome] * 6, met, met, since or met, outcome]


_BEFORE = "not imported; earlier one flagged"

TABLE: dict[str, list[str]] = {
    "new": _all("imported"),
    "untouched": _all("untouched", "untouched; twin imported", "untouched; twin not imported"),
    "edited": _all("untouched", "untouched; twin imported", "untouched; twin not imported"),
    "excluded": _all(
        "stays excluded", "stays excluded; twin imported", "stays excluded; twin not imported"
    ),
    "deleted": [
        "stays deleted",
        *["imported again"] * 5,
        "stays deleted; twin imported",
        "stays deleted; twin imported",
        "stays deleted; twin not imported",
        "stays deleted",
    ],
    "forgotten": _all(
        "imported again", "stays gone; twin imported", "stays gone; twin not imported"
    ),
    "before start": [*[_BEFORE] * 7, "not imported", "not imported", _BEFORE],
    "in a locked period": _all("held"),
    "pending": _all("pending"),
    "unreadable": _all("kept raw, partial"),
}
"""The cells, in the order of ``WAYS``."""


def played() -> dict[str, list[str]]:
    """Play every cell."""
    return {kind: [Game(kind, *way).play() for way in WAYS.values()] for kind in TABLE}


def lines(table: dict[str, list[str]]) -> list[str]:
    """Lay a table out for reading: a block per kind of row, a line per way and outcome."""
    laid = []
    for kind, cells in table.items():
        laid += ["", f"{kind}: {' | '.join(PROMISED[kind])}"]
        for way, cell, wanted in zip(WAYS, cells, TABLE[kind], strict=True):
            mark = "" if cell == wanted else f"   <- should be: {wanted}"
            laid.append(f"    {way:24}{cell}{mark}")
    return laid


def main() -> int:
    """Print what is played, next to what is promised."""
    table = played()
    sys.stdout.write("\n".join([*lines(table), ""]))
    return 0 if table == TABLE else 1


if __name__ == "__main__":
    sys.exit(main())
