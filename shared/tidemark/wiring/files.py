"""Work on files: what the function behind the files queue does."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tidemark.wiring.base import clock
from tidemark.wiring.duplicates import find_duplicates, undo, undo_sync
from tidemark.wiring.outside import files_queue, uploads, values_queue
from tidemark.wiring.stores import (
    accounts,
    imports,
    integrations,
    journal,
    ledger,
    months,
    parked,
    sheets,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tidemark.domain.imports import FileJob
    from tidemark.services.amend import Amend
    from tidemark.services.check_file import CheckFile
    from tidemark.services.commit_file import CommitFile
    from tidemark.services.export_transactions import ExportTransactions
    from tidemark.services.file_rows import FileRows, SortRows
    from tidemark.services.revert_import import RevertImport
    from tidemark.services.work_files import Work, WorkFiles


@cache
def work_files() -> WorkFiles:
    """Work on files, and on what takes as long; what a job needs is loaded when it comes."""
    from tidemark.domain.imports import JobKind
    from tidemark.services.work_files import WorkFiles

    jobs = {
        JobKind.CHECK: _when_asked(check_file),
        JobKind.COMMIT: _when_asked(commit_file),
        JobKind.REVERT: _when_asked(revert_import),
        JobKind.EXPORT: _when_asked(export_transactions),
        JobKind.UNDO_SYNC: _when_asked(undo_sync),
        JobKind.FIND_DUPLICATES: _when_asked(find_duplicates),
    }
    return WorkFiles(jobs, uploads())


def _when_asked(made: Callable[[], Work]) -> Work:
    """Give who does a job, made when the first one comes."""

    def work(job: FileJob, deadline: datetime) -> None:
        made()(job, deadline)

    return work


@cache
def check_file() -> CheckFile:
    """Check uploaded files."""
    from tidemark.services.check_file import CheckFile
    from tidemark.services.look_alikes import LookAlikes

    look_alikes = LookAlikes(integrations(), ledger())
    return CheckFile(imports(), _file_rows(), _sort_rows(), look_alikes, clock())


@cache
def commit_file() -> CommitFile:
    """Write the rows of checked files."""
    from tidemark.services.add_up import AddUp
    from tidemark.services.commit_file import CommitFile

    return CommitFile(
        imports=imports(),
        files=_file_rows(),
        sorting=_sort_rows(),
        amend=_amend(),
        duplicates=find_duplicates(),
        add_up=AddUp(ledger(), months(), clock()),
        queue=files_queue(),
        clock=clock(),
        values=values_queue(),
    )


@cache
def revert_import() -> RevertImport:
    """Take back what imports brought."""
    from tidemark.services.revert_import import RevertImport

    return RevertImport(
        imports(), undo(), find_duplicates(), files_queue(), clock(), values_queue()
    )


@cache
def export_transactions() -> ExportTransactions:
    """Write exports."""
    from tidemark.files.write_rows import write_rows
    from tidemark.services.export_transactions import ExportTransactions
    from tidemark.services.read_transactions import ReadTransactions
    from tidemark.services.valuations import Valuations

    reading = ReadTransactions(integrations(), ledger(), journal(), parked())
    valuations = Valuations(accounts(), ledger(), months(), sheets(), clock())
    return ExportTransactions(imports(), reading, uploads(), valuations, write_rows, clock())


@cache
def _file_rows() -> FileRows:
    """Read the files of imports."""
    from tidemark.files.read import read_file
    from tidemark.services.file_rows import FileRows

    return FileRows(uploads(), integrations(), read_file)


@cache
def _sort_rows() -> SortRows:
    """Sort rows against the ledger."""
    from tidemark.services.file_rows import SortRows

    return SortRows(ledger(), accounts())


@cache
def _amend() -> Amend:
    """Write to the ledger beside syncs."""
    from tidemark.services.amend import Amend

    return Amend(ledger(), journal(), months(), accounts(), integrations(), clock())
