"""A cell that cannot be read, with the word and the sentence for the person who filled it in."""

from typing import Self

from tidemark.files.cells import Fault

_FAULTS = {
    Fault.FORMULA: "The cell holds a formula: paste its value instead.",
    Fault.ERROR_VALUE: "The cell holds an error of the spreadsheet.",
    Fault.BOOLEAN: "The cell holds TRUE or FALSE.",
    Fault.LONG_NUMBER: "Spreadsheets keep 15 digits of a number: write it as text.",
    Fault.DATE: "The spreadsheet made a date of this cell: write it as text.",
}


class RefusedCell(Exception):
    """Why a cell cannot be read. Never leaves the reading of files: it becomes a CellError."""

    def __init__(self, code: str, message: str) -> None:
        """Keep both."""
        super().__init__(message)
        self.code, self.message = code, message

    @classmethod
    def of(cls, fault: Fault) -> Self:
        """Say why a cell's value cannot be relied on."""
        return cls(fault.value, _FAULTS[fault])
