"""The triggers that keep the words of searched tables: what the models declare, and what there is.

A cluster has none, because Citus distributes no table with a trigger; repositories write the words.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, text

from app.database.base import Base
from app.database.mixins import SearchMixin, words_of
from app.database.search import keep_statements

KEPT = text(r"""
    SELECT array_remove(string_to_array(encode(tgargs, 'escape'), '\000'), '')
    FROM pg_trigger WHERE tgrelid = to_regclass(:table) AND tgname = :name
""")


def searched_tables() -> dict[str, tuple[str, ...]]:
    """Return the columns that lists search, by table."""
    return {
        str(mapper.local_table): mapper.class_.__searched__
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, SearchMixin)
    }


def stop_keeping(connection: Connection) -> None:
    """Drop the triggers that are there: on a distributed table Citus refuses the statement."""
    for table in searched_tables():
        if connection.scalar(KEPT, {"table": table, "name": words_of(table)}) is not None:
            connection.exec_driver_sql(f"DROP TRIGGER {words_of(table)} ON {table}")


def keep_again(connection: Connection) -> None:
    for table, columns in searched_tables().items():
        for statement in keep_statements(table, columns):
            connection.exec_driver_sql(statement)


def find_unkept(connection: Connection) -> Iterator[str]:
    """Yield a line for each table whose trigger keeps the words of other columns."""
    for table, columns in searched_tables().items():
        kept = connection.scalar(KEPT, {"table": table, "name": words_of(table)}) or ["nothing"]
        if set(kept) != set(columns):
            yield f"search({table}: {', '.join(columns)}, not {', '.join(kept)})"
