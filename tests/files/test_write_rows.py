"""What is written is read back as it was, and starts no formula in anyone's spreadsheet."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.files.test_escape import dangerous
from tidemark.domain.exports import ExportRow
from tidemark.domain.facts import Words, Worth
from tidemark.domain.files import FileFormat, FileLimits, FileRow, with_ids
from tidemark.domain.legs import Kind, Leg, Role, net
from tidemark.domain.transactions import Origin, Transaction
from tidemark.domain.valuations import Valuation, ValueStatus
from tidemark.files.columns import Column
from tidemark.files.read import read_file
from tidemark.files.write_rows import COLUMNS, cells_of, write_rows

WHEN = datetime(2023, 7, 4, 9, 54, 44, 178_700, tzinfo=UTC)
LIMITS = FileLimits(packed=50_000_000)

amounts = st.decimals(
    allow_nan=False, allow_infinity=False, places=18, min_value=-(10**20), max_value=10**20
)
assets = st.sampled_from(["BTC", "EUR", "wstETH", "=CMD", "-X", "@A", "1INCH", "a b", "B" * 40])
plain = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
texts = st.text(plain | st.sampled_from("=+-@'\n\t\r \xa0"), min_size=1, max_size=20)
legs = st.builds(
    Leg,
    st.text("abc-123", min_size=1, max_size=4),
    assets,
    amounts,
    st.sampled_from(Role),
    assets,
    st.sampled_from(Kind),
)
values = st.builds(
    Valuation,
    st.sampled_from(ValueStatus),
    st.sampled_from(["EUR", "CHF"]),
    amounts.map(abs),
    st.none() | amounts.map(abs),
    st.none() | st.just("kraken+ecb"),
)
rows = st.builds(
    ExportRow,
    st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31)).map(lambda t: t.replace(tzinfo=UTC)),  # noqa: DTZ001
    st.sampled_from(Kind),
    st.lists(legs, min_size=1, max_size=4, unique_by=lambda leg: leg.id).map(tuple),
    st.none() | texts.filter(str.strip),
    st.none() | texts.filter(str.strip),
    st.just("") | texts.filter(str.strip),
    st.just("") | texts.filter(str.strip),
    st.sampled_from(["active", "excluded"]),
    st.none() | values,
)


def trade(**changed: object) -> ExportRow:
    """Give a trade of 24.50 GBP for 0.001 BTC."""
    made = (
        Leg("L1", "GBP", Decimal("-24.5000"), Role.PRINCIPAL, "ZGBP", Kind.TRADE),
        Leg("L2", "BTC", Decimal("0.001"), Role.PRINCIPAL, "XXBT", Kind.TRADE),
        Leg("L3", "GBP", Decimal("-0.0490"), Role.FEE, "ZGBP", Kind.FEE),
    )
    told: dict[str, object] = {"occurred_at": WHEN, "kind": Kind.TRADE, "legs": made}
    return ExportRow(**(told | changed))  # type: ignore[arg-type]


def written(some: Sequence[ExportRow], form: FileFormat) -> bytes:
    """Write rows."""
    made = io.BytesIO()
    assert write_rows(iter(some), made, form) == len(some)
    return made.getvalue()


def told(row: ExportRow | FileRow) -> tuple[object, ...]:
    """Give what has to survive of a row."""
    words = (row.kind, row.label, row.note, row.source_id, row.integration_name)
    if isinstance(row, FileRow):
        return (row.occurred_at, net(row.legs), *words, row.excluded, row.valuation)
    value = row.valuation
    said = value is not None and value.status is ValueStatus.MANUAL
    worth = Worth(value.amount or Decimal(0), value.currency) if value and said else None
    return (row.occurred_at, net(row.legs), *words, row.state == "excluded", worth)


def read_back(some: Sequence[ExportRow], form: FileFormat) -> list[tuple[object, ...]]:
    """Write rows, and read what was written."""
    read = read_file(written(some, form), form, limits=LIMITS)
    assert (read.errors, read.count) == ((), len(some))
    return [told(row) for row in read.rows]


@pytest.mark.parametrize("form", FileFormat)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(rows, max_size=4))
@example([trade()])
@example([trade(label="=1+1", note="\r=1\n\n @x ", source_id="'-1", integration_name=" \xa0=a")])
def test_what_is_written_is_read_back(form: FileFormat, some: list[ExportRow]) -> None:
    """Time, amounts, kind, label, note, id, name, and the owner's word of the value.

    A value that came by prices is not read: it comes by them again.
    """
    assert read_back(some, form) == [told(row) for row in some]


@pytest.mark.parametrize("form", FileFormat)
@pytest.mark.parametrize("state", ["pending", "held", "deleted"])
def test_what_was_in_no_ledger_is_not_read_into_one(form: FileFormat, state: str) -> None:
    """A pending row would count twice once it is booked; the others are read."""
    content = written([trade(), trade(state=state), trade(state="excluded")], form)
    read = read_file(content, form, limits=LIMITS)
    assert [row.excluded for row in read.rows] == [False, True]
    (error,) = read.errors
    assert (error.code, state in error.message) == ("not_in_ledger", True)


@settings(max_examples=40)
@given(st.lists(rows, max_size=4), st.sampled_from([FileFormat.CSV, FileFormat.XLSX]))
def test_a_second_time_changes_nothing(some: list[ExportRow], form: FileFormat) -> None:
    """The export of an import has the ids of that import: it is known already."""
    first = read_file(written(some, form), form, limits=LIMITS).rows
    again = [
        ExportRow(
            row.occurred_at, row.kind or Kind.UNKNOWN, row.legs,
            row.label, row.note, row.source_id, row.integration_name,
        )
        for row in first
    ]  # fmt: skip

    second = read_file(written(again, FileFormat.CSV), FileFormat.CSV, limits=LIMITS).rows

    assert [id_ for id_, _ in with_ids(second)] == [id_ for id_, _ in with_ids(first)]


@given(rows)
def test_no_cell_starts_a_formula(row: ExportRow) -> None:
    """In no line of any cell, after blanks and what cannot be seen."""
    for cell in cells_of(row):
        assert not any(dangerous(line) for line in cell.split("\n")), cell


def test_csv_that_is_split_elsewhere() -> None:
    """All cells are quoted: a semicolon does not begin a new one."""
    text = written([trade(note='a;=1;"x"', label="b\t=2")], FileFormat.CSV).decode()

    head, line = text.splitlines()
    assert head == ",".join(COLUMNS)
    assert line.startswith('"2023-07-04T09:54:44.178700Z","","b\t=2","GBP","24.5000","BTC","0.001"')
    assert next(csv.reader([line]))[9] == 'a;=1;"x"'


def test_characters_that_no_file_can_hold() -> None:
    """Are replaced rather than let the export fail."""
    row = trade(note="a\0b\x1bc\ud800d")

    for form in (FileFormat.CSV, FileFormat.XLSX):
        assert read_back([row], form)[0][4] == "a\ufffdb\ufffdc\ufffdd"


def test_a_workbook_has_text_cells_only() -> None:
    """No number loses digits, and nothing is a formula."""
    with zipfile.ZipFile(io.BytesIO(written([trade(note="=1")] * 3, FileFormat.XLSX))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()

    assert sheet.count("<c ") == sheet.count('t="inlineStr"') == len(COLUMNS) + 3 * 10
    assert "<f" not in sheet


def test_legs_that_are_more_than_a_cell_holds() -> None:
    """Are added up: the amounts stay exact."""
    many = tuple(
        Leg(f"{n:040}", "BTC", Decimal(f"-0.{n:018}"), Role.PRINCIPAL, "BTC", Kind.TRADE)
        for n in range(1, 1000)
    )

    for form in FileFormat:
        assert read_back([trade(legs=many)], form)[0][1] == net(many)


def test_a_row_of_a_transaction() -> None:
    """The owner's wording counts."""
    transaction = Transaction(
        id="x", source_id="T1", occurred_at=WHEN, legs=trade().legs, imported_at=WHEN,
        import_id="sync_1", origin=Origin.SOURCE, words=Words(label="said"),
        overlay={"note": "mine", "kind": Kind.PAYMENT, "occurred_at": WHEN + timedelta(days=1)},
    )  # fmt: skip

    worth = Valuation(ValueStatus.PENDING, "EUR")
    told = (WHEN + timedelta(days=1), Kind.PAYMENT, trade().legs, "said", "mine", "T1", "Kraken")
    assert ExportRow.of(transaction, "Kraken", "excluded", worth) == ExportRow(
        *told, "excluded", worth
    )


def test_values_as_people_read_them() -> None:
    """An amount without an end is cut nowhere; where there is none, the cells are empty."""
    known = Valuation(ValueStatus.DERIVED, "EUR", Decimal("90000.10"), Decimal("0.3"), "ecb")
    cells = cells_of(trade(valuation=known))[-6:]
    assert cells == ["active", "90000.1", "EUR", "derived", "0.3", "ecb"]
    waiting = Valuation(ValueStatus.PENDING, "EUR")
    assert cells_of(trade(valuation=waiting))[-6:] == ["active", "", "EUR", "pending", "", ""]
    assert cells_of(trade())[-6:] == ["active", "", "", "", "", ""]


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        ("", "EUR", "amount_missing"),
        ("-1", "EUR", "negative_amount"),
        ("1,5", "EUR", "comma_in_amount"),
        ("1", "", "not_a_currency"),
        ("1", "euros", "not_a_currency"),
    ],
)
def test_a_manual_value_is_read_exactly_or_not_at_all(
    amount: str, currency: str, code: str
) -> None:
    """The row says what is wrong; other values are not looked at."""

    def errors(status: str) -> list[str]:
        cells = {Column.VALUE: amount, Column.VALUE_CURRENCY: currency, Column.VALUE_STATUS: status}
        line = [
            cells.get(each, text) for each, text in zip(COLUMNS, cells_of(trade()), strict=True)
        ]
        made = io.StringIO()
        csv.writer(made).writerows([COLUMNS, line])
        read = read_file(made.getvalue().encode(), FileFormat.CSV)
        return [error.code for error in read.errors]

    assert errors("Manual") == [code]
    assert errors("derived") == []
