"""A file is read as spreadsheets and programs write it, and says where it is wrong."""

import tracemalloc

import pytest

from app.config import CsvSettings
from app.core.csv._cells import columns_of
from app.core.csv._errors import CsvRefused, CsvTooLarge, LineError
from app.core.csv._file import File
from app.kit.schemas import Schema


class Boat(Schema):
    name: str
    seats: int = 2


COLUMNS, SETTINGS = columns_of(Boat), CsvSettings()


def values_of(content: str | bytes) -> list[object]:
    given = content.encode() if isinstance(content, str) else content
    file = File(given, COLUMNS, {"id"}, SETTINGS)
    return [file.values_of(row) for row in file.rows]


def refused(content: str | bytes) -> list[tuple[int, str, str]]:
    with pytest.raises(CsvRefused) as caught:
        values_of(content)
    return [(error.line, error.field, error.detail) for error in caught.value.lines]


class TestFile:
    @pytest.mark.parametrize(
        "content",
        [
            "name,seats\r\nAnna,3\r\n",
            "seats,name\n3,Anna",
            "\ufeffname;seats\r\nAnna;3\r\n",
            "name\tseats\nAnna\t3\n\n",
            'id,name,seats\nx,"Anna",3\n,,\n',
            " name , seats \nAnna, 3 \n",
        ],
    )
    def test_is_read(self, content: str) -> None:
        assert values_of(content) == [({"name": "Anna", "seats": 3}, [])]

    def test_counts_lines_within_cells(self) -> None:
        file = File(b'name,seats\n"a\nb",1\n\nc,2\n', COLUMNS, (), SETTINGS)

        assert [(row.line, row.cells[0]) for row in file.rows] == [(2, "a\nb"), (5, "c")]

    def test_refuses_a_row_of_another_length(self) -> None:
        assert values_of("name,seats\nAnna\n") == [
            ({}, [LineError(2, "", "Cells in this row: 1. Fields in the first line: 2.")])
        ]

    @pytest.mark.parametrize(
        ("content", "line", "field", "detail"),
        [
            ("", 1, "", "The first line should have the names of the fields."),
            ("name,seat\nAnna,3\n", 1, "seat", "There is no such field. Is it seats?"),
            ("name,name\nAnna,3\n", 1, "name", "This field is named twice."),
            ("seats\n3\n", 1, "name", "This field is required, and not in the file."),
            (b"name\nAnna\n\xff\n", 3, "", "The file should be text in UTF-8."),
            ("name\nAnna\0\n", 2, "", "The file should be text in UTF-8."),
            ('name\nAnna\n"Berta\n', 3, "", "A quote is not closed"),
            ("name\nAnna\n" + "x" * 131_073, 3, "", "A cell has more than 131072 characters"),
        ],
    )
    def test_is_refused(self, content: str | bytes, line: int, field: str, detail: str) -> None:
        ((found_line, found_field, found),) = refused(content)

        assert (found_line, found_field) == (line, field)
        assert found.startswith(detail)

    @pytest.mark.parametrize("line", ["a\n", "\n", ",\n"])
    def test_of_too_many_rows_is_refused_before_all_are_read(self, line: str) -> None:
        """As rows in memory, ten megabytes of them would be a gigabyte."""
        content = ("name\n" + line * 4_000_000).encode()

        tracemalloc.start()
        try:
            with pytest.raises(CsvTooLarge):
                File(content, COLUMNS, (), SETTINGS)
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

        assert most < 60_000_000

    @pytest.mark.parametrize("name", ["name,", "nothing,"])
    def test_of_too_many_fields_is_refused_at_once(self, name: str) -> None:
        """Each is compared with the known ones, which would take minutes."""
        assert len(refused(name * 40_000)) == 100
        assert refused(name * 60_000) == [
            (1, "", "This line has 60000 separators; 50000 are the most.")
        ]
