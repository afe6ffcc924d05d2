"""A file as it was sent: its rows, with the line where each begins (RFC 4180)."""

import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Any

from app.config import CsvSettings
from app.core.languages import message

from ._cells import LEFT_OUT, Column, WrongCell, value_of
from ._errors import MOST_ERRORS, CsvRefused, LineError, too_large

DELIMITERS = ",;\t"
MOST_CELLS = 50_000
"""In one line of the file; cells in quotes may have commas too."""
LONGEST_NAME = 80
EMPTY = message("The first line should have the names of the fields.")
NOT_TEXT = message("The file should be text in UTF-8. Save a spreadsheet as CSV UTF-8.")
QUOTES = message("A quote is not closed, or something follows it.")
LONG = message("A cell has more than {most} characters, or a quote is not closed.")
MANY = message("This line has {found} separators; {most} are the most.")
LENGTH = message("Cells in this row: {found}. Fields in the first line: {expected}.")
UNKNOWN = message("There is no such field.")
NEAR = message("There is no such field. Is it {near}?")
TWICE = message("This field is named twice.")
MISSING = message("This field is required, and not in the file.")


@dataclass(frozen=True, slots=True)
class Row:
    """`found` is how many cells it has; `cells` has none of them if there are too many."""

    line: int
    cells: Sequence[str]
    found: int


class File:
    """A file with a header. Raises CsvRefused if it cannot be read, or if a field is unknown.

    `ignored` are fields that only an export has, such as `id`: what was exported can be imported.
    Raises CsvTooLarge for too many rows, before all of them are in memory.
    """

    def __init__(
        self,
        content: bytes,
        columns: dict[str, Column],
        ignored: Collection[str],
        settings: CsvSettings,
    ) -> None:
        rows = _rows(content, settings)
        _, first = next(rows, (1, ()))
        if not first:
            raise CsvRefused([LineError(1, "", EMPTY)])
        self.header = [name.strip() for name in first]
        if faults := [*islice(_faults(self.header, columns, ignored), MOST_ERRORS)]:
            raise CsvRefused(faults)
        fields = len(first)
        self.rows = [
            Row(line, cells if len(cells) <= fields else (), len(cells)) for line, cells in rows
        ]
        self._columns = columns

    def values_of(self, row: Row) -> tuple[dict[str, Any], list[LineError]]:
        """Return the values of a row by field, and what is wrong with its cells."""
        if row.found != len(self.header):
            detail = LENGTH.format(found=row.found, expected=len(self.header))
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


def _rows(content: bytes, settings: CsvSettings) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield line and cells of the rows that are not blank. Raises CsvRefused, CsvTooLarge."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise CsvRefused([LineError(line, "", NOT_TEXT)]) from None
    if "\0" in text:
        raise CsvRefused([LineError(text[: text.index("\0")].count("\n") + 1, "", NOT_TEXT)])
    most, found = settings.max_rows + 1, 0
    for number, (line, cells) in enumerate(_parsed(text)):
        if any(map(str.strip, cells)):
            found += 1
            yield line, cells
        if found > most or number > 2 * most:  # as many may be blank
            raise too_large(settings)


def _parsed(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Raises CsvRefused."""
    delimiter = _delimiter(text[: text.find("\n")])
    reader = csv.reader(_lines(text, delimiter), delimiter=delimiter, strict=True)
    before = 0
    try:
        for cells in reader:
            yield before + 1, cells
            before = reader.line_num
    except csv.Error as error:
        most = csv.field_size_limit()
        detail = LONG.format(most=most) if f"limit ({most})" in str(error) else QUOTES
        raise CsvRefused([LineError(before + 1, "", detail)]) from None


def _lines(text: str, delimiter: str) -> Iterator[str]:
    """Yield the lines with their ends, which the reader keeps within quotes. Raises CsvRefused."""
    start = number = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        line, number = text[start:end], number + 1
        if (found := line.count(delimiter)) > MOST_CELLS:
            raise CsvRefused([LineError(number, "", MANY.format(found=found, most=MOST_CELLS))])
        yield line
        start = end


def _delimiter(header: str) -> str:
    """Return the sign between the names: spreadsheets write semicolons where `,` is decimal."""
    return max(DELIMITERS, key=header.count)


def _faults(
    header: Sequence[str], columns: dict[str, Column], ignored: Collection[str]
) -> Iterator[LineError]:
    known, seen = {*columns, *ignored}, set[str]()
    for name in header:
        if name not in known:
            near = get_close_matches(name[:LONGEST_NAME], columns, 1)
            detail = NEAR.format(near=near[0]) if near else UNKNOWN
            yield LineError(1, name[:LONGEST_NAME], detail)
        elif name in seen:
            yield LineError(1, name, TWICE)
        seen.add(name)
    for column in columns.values():
        if column.required and column.name not in header:
            yield LineError(1, column.name, MISSING)
