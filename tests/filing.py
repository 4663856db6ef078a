"""A world in which files are worked on: the real kit over stores in memory."""

from dataclasses import dataclass, field
from datetime import timedelta

from tests.world import KEY, World
from tidemark.domain.exports import Export
from tidemark.domain.files import FileFormat
from tidemark.domain.imports import FileJob, Import, ImportStatus, JobKind
from tidemark.domain.integrations import Integration, IntegrationKey, IntegrationKind
from tidemark.domain.transactions import Transaction
from tidemark.files.read import read_file
from tidemark.files.write_rows import write_rows
from tidemark.services.add_up import AddUp
from tidemark.services.check_file import CheckFile
from tidemark.services.commit_file import CommitFile
from tidemark.services.export_transactions import Exports, ExportTransactions
from tidemark.services.file_rows import FileRows, SortRows
from tidemark.services.import_file import ImportFiles
from tidemark.services.look_alikes import LookAlikes
from tidemark.services.read_transactions import Filter, ReadTransactions
from tidemark.services.revert_import import RevertImport
from tidemark.services.undo import Undo
from tidemark.services.valuations import Valuations
from tidemark.services.work_files import WorkFiles

HEADER = (
    "Date (UTC),Integration Name,Label,Outgoing Asset,Outgoing Amount,Incoming Asset,"
    "Incoming Amount,Fee Asset (optional),Fee Amount (optional),Comment (optional),"
    "Trx. ID (optional)"
)
OTHER = IntegrationKey(KEY.owner, "intg_01J00000000000000000000001")
_MOST = 50


def csv(*lines: str) -> bytes:
    """Give a file with these rows."""
    return "\n".join([HEADER, *lines, ""]).encode()


def deposit(day: int, amount: str = "1.5", note: str = "", name: str = "", id_: str = "") -> str:
    """Give a row: some BTC came in on a day of January 2025."""
    return f"2025-01-{day:02} 10:00:00,{name},,,,BTC,{amount},,,{note},{id_}"


@dataclass
class Office:
    """Works on files as the function behind the queue does. ``portion`` is what one run may do."""

    world: World = field(default_factory=World)
    budget: timedelta = timedelta(minutes=4)

    def __post_init__(self) -> None:
        """Connect a manual integration, if there is none."""
        if KEY not in self.world.integrations.items:
            self.open(KEY)

    def open(self, key: IntegrationKey, name: str = "Cash", **facts: bool) -> None:
        """Make a manual integration."""
        now = self.world.clock.now()
        made = Integration(key, "manual", IntegrationKind.MANUAL, name, now, **facts)  # type: ignore[arg-type]
        self.world.integrations.add(made)

    @property
    def files(self) -> ImportFiles:
        """Give the owner's way to imports."""
        it = self.world
        return ImportFiles(it.imports, it.integrations, it.uploads, it.files_queue, it.clock)

    @property
    def exports(self) -> Exports:
        """Give the owner's way to exports."""
        it = self.world
        return Exports(it.imports, self.reading, it.uploads, it.files_queue, it.clock)

    @property
    def reading(self) -> ReadTransactions:
        """Give the lists."""
        it = self.world
        return ReadTransactions(it.integrations, it.ledger, it.journal, it.parked)

    @property
    def rows(self) -> FileRows:
        """Give what reads files."""
        return FileRows(self.world.uploads, self.world.integrations, read_file)

    @property
    def sorting(self) -> SortRows:
        """Give what sorts rows."""
        return SortRows(self.world.see(self.world.ledger), self.world.accounts)

    @property
    def exporting(self) -> ExportTransactions:
        """Give what writes exports."""
        it = self.world
        imports = it.see(it.imports)
        stores = (it.accounts, it.ledger, it.months, it.sheets)
        valuations = Valuations(*map(it.see, stores), it.clock)
        return ExportTransactions(
            imports, self.reading, it.uploads, valuations, write_rows, it.clock
        )

    @property
    def working(self) -> WorkFiles:
        """Give the worker."""
        it = self.world
        undo = Undo(it.ledger, it.journal, it.amending, it.clock)
        jobs = {
            JobKind.CHECK: CheckFile(
                it.imports,
                self.rows,
                self.sorting,
                LookAlikes(it.integrations, it.ledger),
                it.clock,
            ),
            JobKind.COMMIT: CommitFile(
                it.see(it.imports),
                self.rows,
                self.sorting,
                it.amending,
                it.finding,
                AddUp(it.see(it.ledger), it.see(it.months), it.clock),
                it.files_queue,
                it.clock,
                it.values_queue,
            ),
            JobKind.REVERT: RevertImport(
                it.imports, undo, it.finding, it.files_queue, it.clock, it.values_queue
            ),
            JobKind.EXPORT: self.exporting,
        }
        return WorkFiles(jobs, it.uploads)

    def work(self) -> None:
        """Do all jobs that are asked for, and those that they ask for."""
        for _ in range(_MOST):
            if not self.world.files_queue.jobs:
                return
            job = self.world.files_queue.jobs.pop(0)
            self.working.work(job, self.world.clock.now() + self.budget)
        raise AssertionError("the work does not end")

    def upload(
        self, content: bytes, form: FileFormat = FileFormat.CSV, key: IntegrationKey = KEY
    ) -> Import:
        """Upload a file and have it checked."""
        made, _ = self.files.create(key.owner, key.integration_id, form, "UTC")
        return self.upload_again(made, content)

    def upload_again(self, record: Import, content: bytes) -> Import:
        """Upload a file for an import and have it checked."""
        self.world.uploads.upload(record.file, content)
        self.world.files_queue.send(FileJob(record.owner, JobKind.CHECK, record.id))
        self.work()
        return self.now(record)

    def commit(self, record: Import, *, only_good_rows: bool = False) -> Import:
        """Commit an import to its end."""
        self.files.commit(record.owner, record.id, only_good_rows=only_good_rows)
        self.work()
        return self.now(record)

    def bring(self, content: bytes, key: IntegrationKey = KEY) -> Import:
        """Upload, check and commit a file that is good."""
        done = self.commit(self.upload(content, key=key))
        assert done.status is ImportStatus.COMMITTED, done.problem
        return done

    def revert(self, record: Import) -> Import:
        """Revert an import to its end."""
        self.files.revert(record.owner, record.id)
        self.work()
        return self.now(record)

    def now(self, record: Import) -> Import:
        """Give an import as it is now."""
        return self.files.get(record.owner, record.id)

    def export(self, form: FileFormat, **asked: object) -> Export:
        """Export transactions."""
        made = self.exports.create(KEY.owner, form, Filter(**asked))  # type: ignore[arg-type]
        self.work()
        return self.exports.get(KEY.owner, made.id)

    def held(self, key: IntegrationKey = KEY) -> list[Transaction]:
        """Give an integration's transactions, oldest first."""
        return sorted(self.world.ledger.of(key).values(), key=lambda each: each.facts.occurred_at)
