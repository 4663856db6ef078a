"""What the store of imports and exports does."""

from dataclasses import replace
from itertools import islice

import pytest

from tests.stores.made import MINUTE, NOW, at
from tests.stores.stores import Stores
from tidemark.domain.exports import Export, ExportStatus, Selection
from tidemark.domain.files import CellError, FileFormat
from tidemark.domain.imports import Import, ImportCounts, ImportStatus, Preflight, Span
from tidemark.domain.legs import Kind
from tidemark.domain.reverts import Kept, KeptReason, Revert, RevertStatus
from tidemark.domain.syncs import Problem
from tidemark.domain.transactions import Origin
from tidemark.errors import StaleVersion


def made(number: int, owner: str = "alice") -> Import:
    """Make an import of which nothing is known."""
    return Import(
        owner=owner,
        id=f"imp_01J0000000000000000000000{number}",
        integration_id="intg_1",
        format=FileFormat.CSV,
        zone="Europe/Vienna",
        created_at=NOW,
        updated_at=NOW,
        expires_at=NOW + MINUTE,
        version=1,
    )


KEPT = (Kept("txn_1", KeptReason.EDITED),)


def full(number: int) -> Import:
    """Make an import of which everything is known."""
    preflight = Preflight(
        rows=3,
        good=2,
        bad=1,
        error_count=1,
        errors=(CellError(4, "Date (UTC)", "no_date", "This is no date."),),
        notes=("The label names no kind.",),
        new=1,
        locked=1,
        possible_count=1,
        possible=(2,),
        locked_rows=(3,),
        span=Span(at(1), at(2)),
    )
    return replace(
        made(number),
        status=ImportStatus.REVERTED,
        digest="00ff",
        preflight=preflight,
        only_good_rows=True,
        counts=ImportCounts(imported=1, locked=1, bad=1),
        done=2,
        total=2,
        revert=Revert(
            NOW, RevertStatus.REVERTED, NOW, 1, 1, (Kept("txn_1", KeptReason.EDITED),), 7
        ),
        problem=Problem("code", "Message.", "Next."),
        busy_until=NOW,
        attempts=1,
        version=2,
    )


def export(number: int, version: int = 1) -> Export:
    """Make an export."""
    return Export(
        owner="alice",
        id=f"exp_01J0000000000000000000000{number}",
        format=FileFormat.XLSX,
        created_at=NOW,
        updated_at=NOW,
        expires_at=NOW + MINUTE,
        selection=Selection("intg_1", "BTC", Kind.TRADE, "active", Origin.FILE, at(1), at(2), "q"),
        status=ExportStatus.DONE,
        rows=5,
        permille=1000,
        problem=Problem("code", "Message.", "Next."),
        version=version,
    )


def test_keeps_imports_by_version(stores: Stores) -> None:
    """One is written in place of the version that was read, and of no other."""
    stores.imports.put(made(1), 0)
    for stale in (0, 2):
        with pytest.raises(StaleVersion):
            stores.imports.put(full(1), stale)
    assert stores.imports.get("alice", made(1).id) == made(1)
    stores.imports.put(full(1), 1)

    assert stores.imports.get("alice", made(1).id) == full(1)
    assert stores.imports.get("mallory", made(1).id) is None
    with pytest.raises(StaleVersion):
        stores.imports.put(made(2), 1)


def test_lists_imports_newest_first(stores: Stores) -> None:
    """Those of one owner, before any of them, and no exports."""
    for number in (1, 3, 2):
        stores.imports.put(made(number), 0)
    stores.imports.put(made(4, "mallory"), 0)
    stores.imports.put_export(export(9), 0)

    assert [each.id[-1] for each in stores.imports.newest_first("alice", None)] == ["3", "2", "1"]
    assert list(stores.imports.newest_first("alice", made(2).id)) == [made(1)]
    assert list(islice(stores.imports.newest_first("alice", None), 1)) == [made(3)]
    assert list(stores.imports.newest_first("bob", None)) == []


def test_keeps_exports_by_version(stores: Stores) -> None:
    """They are no imports, and imports are none of them."""
    stores.imports.put_export(export(1), 0)
    with pytest.raises(StaleVersion):
        stores.imports.put_export(export(1, 2), 0)
    stores.imports.put_export(export(1, 2), 1)
    stores.imports.put(made(2), 0)

    assert stores.imports.get_export("alice", export(1).id) == export(1, 2)
    assert stores.imports.get("alice", export(1).id) is None
    assert stores.imports.get_export("alice", made(2).id) is None
    assert stores.imports.get_export("mallory", export(1).id) is None
