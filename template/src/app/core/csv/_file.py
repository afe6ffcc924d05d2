"""A file as it was sent: its rows, with the line where each begins (RFC 4180)."""

import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from app.core.languages import message

from ._cells import LEFT_OUT, Column, WrongCell, value_of
from ._errors import CsvRefused, LineError

DELIMITERS = ",;\t"
EMPTY = message("The first line should have the names of the fields.")
NOT_TEXT = message("The file should be text in UTF-8. Save a spreadsheet as CSV UTF-8.")
QUOTES = message("A quote is not closed, or something follows it.")
LENGTH = message("Cells in this row: {found}. Fields in the first line: {expected}.")
UNKNOWN = message("There is no such field.")
NEAR = message("There is no such field. Is it {near}?")
TWICE = message("This field is named twice.")
MISSING = message("This field is required, and not in the file.")


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    cells: Sequence[str]


class File:
    """A file with a header. Raises CsvRefused if it cannot be read, or if a field is unknown.

    `ignored` are fields that only an export has, such as `id`: what was exported can be imported.
    """

    def __init__(
        self, content: bytes, columns: dict[str, Column], ignored: Collection[str]
    ) -> None:
        rows = _rows(content)
        if not rows:
            raise CsvRefused([LineError(1, "", EMPTY)])
        self.header = [name.strip() for name in rows[0].cells]
        self.rows = rows[1:]
        self._columns = columns
        if faults := [*_faults(self.header, columns, ignored)]:
            raise CsvRefused(faults)

    def values_of(self, row: Row) -> tuple[dict[str, Any], list[LineError]]:
        """Return the values of a row by field, and what is wrong with its cells."""
        if len(row.cells) != len(self.header):
            detail = LENGTH.format(found=len(row.cells), expected=len(self.header))
            return {}, [LineError(row.line, "", detail)]
        values: dict[str, Any] = {}
        errors: list[LineError] = []
        for name, cell in zip(self.header, row.cells, strict=True):
            if name not in self._columns:
                continue
            try:
                value = value_of(self._columns[name], cell)
            except WrongCell as error:
                errors.append(LineError(row.line, name, str(error)))
            else:
                values |= {} if value is LEFT_OUT else {name: value}
        return values, errors


def _rows(content: bytes) -> list[Row]:
    """Return the rows that are not blank. Raises CsvRefused."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise CsvRefused([LineError(line, "", NOT_TEXT)]) from None
    if "\0" in text:
        raise CsvRefused([LineError(text[: text.index("\0")].count("\n") + 1, "", NOT_TEXT)])
    return [*_parsed(text)]


def _parsed(text: str) -> Iterator[Row]:
    delimiter = _delimiter(text[: text.find("\n")])
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    before = 0
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield Row(before + 1, cells)
            before = reader.line_num
    except csv.Error:
        raise CsvRefused([LineError(before + 1, "", QUOTES)]) from None


def _lines(text: str) -> Iterator[str]:
    """Yield the lines with their ends, which the reader keeps within quotes."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _delimiter(header: str) -> str:
    """Return the sign between the names: spreadsheets write semicolons where `,` is decimal."""
    return max(DELIMITERS, key=header.count)


def _faults(
    header: Sequence[str], columns: dict[str, Column], ignored: Collection[str]
) -> Iterator[LineError]:
    known = [*columns, *ignored]
    for place, name in enumerate(header):
        if name not in known:
            near = get_close_matches(name, columns, 1)
            detail = NEAR.format(near=near[0]) if near else UNKNOWN
            yield LineError(1, name[:80], detail)
        elif name in header[:place]:
            yield LineError(1, name, TWICE)
    for column in columns.values():
        if column.required and column.name not in header:
            yield LineError(1, column.name, MISSING)
