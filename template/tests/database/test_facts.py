import pytest
from sqlalchemy import inspect, select

from app.core.audit import LogEntry
from app.database.compiled.rows import RowIsPlain, fact_of


@pytest.fixture
def fact() -> LogEntry:
    row: LogEntry = object.__new__(fact_of(LogEntry))
    row.__dict__.update(action="boats.sunk")
    return row


class TestFact:
    def test_is_a_row_of_its_model(self, fact: LogEntry) -> None:
        assert isinstance(fact, LogEntry)
        assert fact.action == "boats.sunk"
        assert type(fact).__name__ == "LogEntry"

    def test_refuses_what_would_be_lost(self, fact: LogEntry) -> None:
        with pytest.raises(RowIsPlain, match=r"repository\.change\(row, action=…\)"):
            fact.action = "boats.raised"

        assert fact.action == "boats.sunk"

    def test_is_read_past_the_orm(self, fact: LogEntry) -> None:
        """Its descriptors cost a call for each value of each row of a page."""
        columns = inspect(LogEntry).columns.keys()
        assert columns
        assert not any(hasattr(type(fact).__dict__[name], "__set__") for name in columns)

    def test_names_the_columns_of_its_model(self, fact: LogEntry) -> None:
        """For a query about the model of a row."""
        query = select(type(fact).action)

        assert query.compare(select(LogEntry.action))
