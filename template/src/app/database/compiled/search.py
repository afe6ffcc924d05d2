"""The filter `search` of lists: rows are found by the beginnings of their words.

What is typed is split as the rows were (`search_words`, in PostgreSQL). A row matches if each word
that is typed begins one of its own.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    Text,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    tuple_,
)

from app.database.compiled.lists import Declared
from app.database.compiled.standalone import NOTHING
from app.database.compiled.statement import Statement
from app.database.mixins import WORDS, SearchMixin

SEARCH = "search"
LAST = literal_column("chr(1114111)", Text)
"""Unicode's last character: what begins with a word sorts between it and it with this one."""


class Words:
    """The words of a model with `SearchMixin`."""

    def __init__(self, model: type[SearchMixin]) -> None:
        self.columns = frozenset(model.__searched__)
        table: Any = model.__table__  # type: ignore[attr-defined]  # every model has one
        words = table.info[WORDS]
        self.filter = Declared(SEARCH, model.__searched__[0], _matches(table, words))
        self.clear = Statement(delete(words).where(*_is_row(words)))
        self.write = Statement(
            insert(words).from_select(
                ["tenant_id", "id", "word"],
                select(table.c.tenant_id, table.c.id, func.unnest(_words_in(table, model)))
                .distinct()
                .where(*_is_row(table)),
            )
        )


def words_of_model(model: type[Any]) -> Words | None:
    return Words(model) if issubclass(model, SearchMixin) else None


def _matches(table: Any, words: Any) -> ColumnElement[bool]:
    """Compute the range of each word first, behind OFFSET.

    Within the comparison, `||` would keep row security from using the index: it is not leakproof.
    """
    typed = func.search_words(bindparam(SEARCH, type_=String()))
    word = func.unnest(typed).column_valued("word")
    wanted = select(word.label("first"), (word + LAST).label("last")).offset(NOTHING).subquery()
    found = (
        select(words.c.tenant_id, words.c.id)
        .select_from(wanted)
        .join(words, (words.c.word >= wanted.c.first) & (words.c.word < wanted.c.last))
        .group_by(words.c.tenant_id, words.c.id)
        .having(func.count(wanted.c.first.distinct()) == func.cardinality(typed))
    )
    return tuple_(table.c.tenant_id, table.c.id).in_(found)


def _words_in(table: Any, model: type[SearchMixin]) -> ColumnElement[Any]:
    first, *others = (
        func.coalesce(func.search_words(table.c[name]), literal_column("'{}'::text[]"))
        for name in model.__searched__
    )
    joined: ColumnElement[Any] = first
    for other in others:
        joined = joined.op("||")(other)
    return joined


def _is_row(table: Any) -> list[ColumnElement[bool]]:
    return [
        table.c[column] == bindparam(f"_{column}", type_=table.c[column].type)
        for column in ("tenant_id", "id")
    ]
