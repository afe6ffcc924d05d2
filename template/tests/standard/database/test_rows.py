import pytest
from sqlalchemy import inspect, select

from app.core.audit import LogEntry
from app.database.compiled.rows import ReadOnlyRow, read_only_class


@pytest.fixture
def row() -> LogEntry:
    made: LogEntry = object.__new__(read_only_class(LogEntry))
    made.__dict__.update(action="boats.sunk")
    return made


class TestReadOnlyRow:
    def test_is_a_row_of_its_model(self, row: LogEntry) -> None:
        assert isinstance(row, LogEntry)
        assert row.action == "boats.sunk"
        assert type(row).__name__ == "LogEntry"

    def test_refuses_what_would_be_lost(self, row: LogEntry) -> None:
        with pytest.raises(ReadOnlyRow, match=r"repository\.change\(row, action=…\)"):
            row.action = "boats.raised"

        assert row.action == "boats.sunk"

    def test_is_read_past_the_orm(self, row: LogEntry) -> None:
        """The ORM's descriptors would cost a call for each value of each row of a page."""
        columns = inspect(LogEntry).columns.keys()
        assert columns
        assert not any(hasattr(type(row).__dict__[name], "__set__") for name in columns)

    def test_names_the_columns_of_its_model(self, row: LogEntry) -> None:
        """Queries may use the columns of a row's class."""
        query = select(type(row).action)

        assert query.compare(select(LogEntry.action))
