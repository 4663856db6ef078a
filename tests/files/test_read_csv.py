"""CSV files, as people and spreadsheets write them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.files.books import HEADER, csv_of, only, read_csv, row
from tidemark.domain.files import FileFormat
from tidemark.domain.legs import Kind, net
from tidemark.errors import BadFile, Invalid
from tidemark.files.read import read_file

BLOCKPIT_EXPORT = (
    "Blockpit ID,Timestamp,Source Type,Source Name,Integration,Transaction Type,Outgoing Asset,"
    "Outgoing Amount,Incoming Asset,Incoming Amount,Fee Asset,Fee Amount,Transaction ID,Note,"
    "Merge ID"
)
BLOCKPIT_SHEET = f"{HEADER},Source Type,Source Name"


def refused(data: bytes) -> str:
    """Give the code with which a file is refused as a whole."""
    with pytest.raises(BadFile) as raised:
        read_file(data, FileFormat.CSV)
    return raised.value.code


def test_a_trade_with_a_fee() -> None:
    """Out and fee are negative, and the row says what it is by its amounts."""
    read = read_csv(row(sent=("eur ", "1500.50"), received=("BTC", "0.0375"), fee=("EUR", "1.50")))

    (made,) = read.rows
    assert made.occurred_at == datetime(2024, 1, 31, 17, 30, tzinfo=UTC)
    assert net(made.legs) == {"EUR": Decimal("-1502.00"), "BTC": Decimal("0.0375")}
    assert [(leg.id, leg.kind) for leg in made.legs] == [
        ("out", Kind.TRADE),
        ("in", Kind.TRADE),
        ("fee", Kind.FEE),
    ]
    assert (made.number, made.kind, made.integration_name) == (2, None, "Mine")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(separator: str, end: str) -> None:
    """Comma, semicolon and tab are told apart by the titles."""
    cells = ["2024-01-31 17:30", "", "", "", "", "BTC", "1", "", "", "x", ""]
    text = separator.join(HEADER.split(",")) + end + separator.join(cells) + end

    read = read_file(text.encode("utf-8-sig"), FileFormat.CSV)

    assert [made.note for made in read.rows] == ["x"]
    assert not read.notes


@pytest.mark.parametrize("header", [BLOCKPIT_SHEET, BLOCKPIT_EXPORT])
def test_blockpits_own_headers(header: str) -> None:
    """Are read as they are, and nothing is said of the columns that mean nothing to us."""
    titles = header.split(",")
    told = {
        "Date (UTC)": "2024-01-31 17:30:00",
        "Timestamp": "2024-01-31T17:30:00Z",
        "Incoming Asset": "BTC",
        "Incoming Amount": "1",
        "Label": "Staking",
        "Transaction Type": "Staking",
    }

    read = read_csv(",".join(told.get(title, "") for title in titles), header=header)

    assert [made.kind for made in read.rows] == [Kind.STAKING]
    assert (read.errors, read.notes) == ((), ())


def test_titles_in_any_order_and_case() -> None:
    """Optional columns may be missing; others are mentioned once."""
    header = "colour,INCOMING  amount,incoming asset,outgoing_amount,Outgoing Asset, date"

    read = read_csv("red,1,BTC,,,2024-01-31 17:30", header=header)

    assert net(read.rows[0].legs) == {"BTC": Decimal(1)}
    assert read.notes == ('The column "colour" is not read.',)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"\n\n , \n", "empty_file"),
        (b"a,b\n1,2\n", "missing_columns"),
        (csv_of(header=HEADER.replace("Date", "Day")), "missing_columns"),
        (csv_of(header=HEADER.replace("Fee Amount", "Cost")), "missing_columns"),
        (csv_of(header=f"{HEADER},Note"), "duplicate_column"),
        (csv_of(row()).replace(b"Mine", b"M\xefne"), "not_utf8"),
        (csv_of(row()).replace(b"Mine", b"M\0ne"), "not_utf8"),
        (csv_of(row()).decode().encode("utf-16"), "not_utf8"),
        (csv_of('"2024-01-31'), "broken_csv"),
        (csv_of('"2024"-01-31,'), "broken_csv"),
        (csv_of("x," * 60), "too_many_columns"),
        (csv_of("," * 4_000_000), "too_many_columns"),
        (b"," * 4_000_000, "too_many_columns"),
        (csv_of(header=HEADER + "," * 60), "too_many_columns"),
        (csv_of(row(note="x" * 40_000)), "cell_too_long"),
        (csv_of(row(note="x" * 200_000)), "broken_csv"),
        (b"x" * 5_000_001, "too_large"),
        (csv_of(*["2024"] * 20_001), "too_many_rows"),
    ],
)
def test_files_that_cannot_be_read(data: bytes, code: str) -> None:
    """Each ends with one word, and no row of it is taken."""
    assert refused(data) == code


def test_as_many_rows_as_may_be() -> None:
    """Blank rows do not count, but keep their numbers."""
    data = csv_of(*[f"{row(received=('BTC', '1'))}\n"] * 20_000)

    read = read_file(data, FileFormat.CSV)

    assert (read.count, len(read.rows), read.rows[1].number) == (20_000, 20_000, 4)


def test_good_rows_remain_beside_bad_ones() -> None:
    """An error tells the row as a person sees it, and the column by its title."""
    good = row(received=("BTC", "1"))

    read = read_csv(good, "", row(received=("BTC", "one")), good)

    assert [made.number for made in read.rows] == [2, 5]
    assert [error[:3] for error in read.errors] == [(4, "Incoming Amount", "not_an_amount")]
    assert read.count == 3


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({}, "Outgoing Amount", "no_amount"),
        ({"fee": ("EUR", "0")}, "Outgoing Amount", "no_amount"),
        ({"sent": ("EUR", "")}, "Outgoing Amount", "amount_missing"),
        ({"sent": ("", "1")}, "Outgoing Asset", "asset_missing"),
        ({"sent": ("EUR", "-1")}, "Outgoing Amount", "negative_amount"),
        ({"received": ("EUR", "0.00")}, "Incoming Amount", "zero_amount"),
        ({"received": ("E\x07R", "1")}, "Incoming Asset", "not_an_asset"),
        ({"received": ("E" * 31, "1")}, "Incoming Asset", "not_an_asset"),
        ({"received": ("EUR", "1"), "note": "x" * 10_001}, "Comment (optional)", "too_long"),
        ({"label": "deposit", "sent": ("EUR", "1")}, "Outgoing Asset", "label_contradicts"),
        ({"label": "WITHDRAWAL", "received": ("EUR", "1")}, "Incoming Asset", "label_contradicts"),
        ({"date": "", "received": ("EUR", "1")}, "Date (UTC)", "time_missing"),
    ],
)
def test_rows_that_cannot_be_imported(
    cells: dict[str, tuple[str, str]], column: str, code: str
) -> None:
    """What is wrong is told where it is wrong."""
    assert only(read_csv(row(**cells)))[1:3] == (column, code)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,5", "comma_in_amount"),
        ("1.000,50", "comma_in_amount"),
        ("1,000.50", "comma_in_amount"),
        ("1e5", "exponent_in_amount"),
        ("1 000", "not_an_amount"),
        ("1'000", "not_an_amount"),
        ("+1", "not_an_amount"),
        (".5", "not_an_amount"),
        ("NaN", "not_an_amount"),
        ("Infinity", "not_an_amount"),
        ("٣", "not_an_amount"),
        ("1_000", "not_an_amount"),
        ("=1+1", "not_an_amount"),
        ("1" * 79, "not_an_amount"),
    ],
)
def test_amounts_that_could_be_something_else(text: str, code: str) -> None:
    """Are refused rather than guessed."""
    assert only(read_csv(row(received=("BTC", text))))[1:3] == ("Incoming Amount", code)


def test_a_separator_inside_a_cell() -> None:
    """A comma that is not quoted shifts cells: the row is refused."""
    titles = "Date,Outgoing Asset,Outgoing Amount,Incoming Asset,Incoming Amount"

    error = only(read_csv("2024-01-31,,,BTC,1,5", header=titles))

    assert error[1:3] == ("column 6", "too_many_cells")


def test_a_fee_of_nothing_is_none() -> None:
    """Sheets are full of zeros for fees."""
    (made,) = read_csv(row(received=("BTC", "1"), fee=("BTC", "0"))).rows

    assert [leg.id for leg in made.legs] == ["in"]


def test_labels() -> None:
    """Name kinds, however written; a person's own word is kept and mentioned."""
    labels = ("Bounties", "lending", "MARGIN_TRADING_PROFIT", "interest", "my own", "")

    read = read_csv(*(row(received=("BTC", "1"), label=label) for label in labels))

    assert [made.kind for made in read.rows] == [
        Kind.REWARD, Kind.INTEREST, Kind.TRADE, Kind.INTEREST, None, None,
    ]  # fmt: skip
    assert [made.label for made in read.rows] == [*labels[:-1], None]
    assert read.notes == ('The label "my own" names no kind.',)


def test_a_zone_that_is_none() -> None:
    """Is a mistake of the request, not of the file."""
    for zone in ("Mars/Olympus", "../etc/passwd", "", "\0"):
        with pytest.raises(Invalid) as raised:
            read_csv(zone=zone)
        assert raised.value.code == "unknown_zone"
