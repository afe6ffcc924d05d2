"""Mixins for models (id, timestamps, tenant), and constraints that belong to them."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Self, cast, overload
from uuid import UUID

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    Uuid,
    event,
    text,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Mapper, mapped_column

from app.kit import clock
from app.kit.ids import new_id

IGNORES_CASE = "ignores case"
WORDS, KEPT_BY_TRIGGER = "words", "kept by a trigger"
LIVING = text("archived_at IS NULL")


class UUIDMixin:
    """A UUID primary key of version 7: newer rows have greater ids."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-10)


class TimestampMixin:
    """The columns created_at and updated_at."""

    created_at: Mapped[datetime] = mapped_column(default=clock.now, sort_order=90)
    updated_at: Mapped[datetime] = mapped_column(
        default=clock.now, onupdate=clock.now, sort_order=91
    )


class ArchiveMixin(UUIDMixin):
    """The column archived_at, which is empty while a row lives; see app/database/archive.py."""

    archived_at: Mapped[datetime | None] = mapped_column(sort_order=92)


class TenantMixin:
    """A foreign key tenant_id; it leads the primary key, so `(tenant_id, id)` identifies a row."""

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True, sort_order=-20
    )


class SharedMixin:
    """A table without tenants: all of them read its rows, superusers and migrations write them.

    Its step calls `grant_shared`, so that PostgreSQL refuses everybody else.
    """

    __global_reason__: ClassVar[str | None] = "the same for all tenants, written by superusers"


class LinkedIds:
    """The ids of the rows that a row is linked to by a join table, sorted.

        class Film(UUIDMixin, TimestampMixin, TenantMixin, Base):
            actor_ids = LinkedIds(FilmActorLink.film_id, FilmActorLink.actor_id)

    A LinkedRepository reads them together with the row, and writes them.
    """

    def __init__(
        self, own: InstrumentedAttribute[UUID], other: InstrumentedAttribute[UUID]
    ) -> None:
        self.own, self.other = own, other

    def __set_name__(self, model: Any, name: str) -> None:
        self.model, self.name = model, name
        model.__linked__ = (*linked_ids(model), self)

    @overload
    def __get__(self, row: None, _: type[Any]) -> Self: ...

    @overload
    def __get__(self, row: object, _: type[Any]) -> Sequence[UUID]: ...

    def __get__(self, row: object | None, _: type[Any]) -> Self | Sequence[UUID]:
        """Raises AttributeError if the row has none: Python finds them in its `__dict__` first."""
        if row is None:
            return self
        raise AttributeError(f"{self.name} is loaded by a LinkedRepository only")


def linked_ids(model: Any) -> tuple[LinkedIds, ...]:
    """Return the model's LinkedIds, in order."""
    found: tuple[LinkedIds, ...] = getattr(model, "__linked__", ())
    return found


class SearchMixin:
    """Lists search the columns of `__searched__`, of a table of tenants.

    The table `…_words` has the words in them, each beside its row; see app/database/search.py.
    """

    __searched__: ClassVar[tuple[str, ...]]


def tenant_foreign_key(column: str, table: str, **options: Any) -> ForeignKeyConstraint:
    """Return a foreign key within the tenant: `(tenant_id, column) → (tenant_id, id)`."""
    return ForeignKeyConstraint(
        ["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], **options
    )


same_tenant = tenant_foreign_key  # until 3.0


def shared_foreign_key(table: str) -> ForeignKey:
    """Return a foreign key to a SharedMixin's table, whose row stays while it is referred to."""
    return ForeignKey(f"{table}.id", ondelete="RESTRICT", info={"shared": True})


def unique_ignoring_case(table: str, *columns: str) -> Index:
    """Return a unique index that ignores the case of the last column, for `__table_args__`.

    `unique_ignoring_case("people", "tenant_id", "email")`. A repository's `filtered(email=…)` uses
    this index, and so does `func.lower(Person.email) == email.lower()`.
    """
    *before, last = columns
    name = "_".join(["uq", table, *before, "lower", last])
    about = {IGNORES_CASE: last}
    return Index(name, *before, text(f"lower({last})"), unique=True, info=about)


def unique_among_living(table: str, *columns: str, ignoring_case: bool = False) -> Index:
    """Return a unique index without archived rows, for `__table_args__` of an ArchiveMixin."""
    *before, last = columns
    name = "_".join(["uq", table, *before, *(["lower"] if ignoring_case else []), last])
    column = text(f"lower({last})") if ignoring_case else last
    about = {IGNORES_CASE: last} if ignoring_case else {}
    return Index(name, *before, column, unique=True, info=about, postgresql_where=LIVING)


@cache
def ignoring_case(model: Any) -> frozenset[str]:
    """Return the columns of the model's `unique_ignoring_case` indexes."""
    named = (index.info.get(IGNORES_CASE) for index in model.__table__.indexes)
    return frozenset(filter(None, named))


@event.listens_for(TenantMixin, "after_mapper_constructed", propagate=True)
def _mark(mapper: Mapper[Any], _: type[TenantMixin]) -> None:
    """Mark the table as a tenant's, so that statements can be checked without their models."""
    cast(Table, mapper.local_table).info["tenant"] = True


@event.listens_for(SharedMixin, "after_mapper_constructed", propagate=True)
def _mark_shared(mapper: Mapper[Any], _: type[SharedMixin]) -> None:
    """Mark the table, so that its guarantees and references to it are found without the model."""
    cast(Table, mapper.local_table).info["shared"] = True


def words_of(table: str) -> str:
    """Return the name of the table of a table's words."""
    return f"{table}_words"


@event.listens_for(SearchMixin, "after_mapper_constructed", propagate=True)
def _add_words(mapper: Mapper[Any], _: type[SearchMixin]) -> None:
    """Declare the table of words beside the model's; `create_words` creates it."""
    table = cast(Table, mapper.local_table)
    table.info[WORDS] = Table(
        words_of(table.name),
        table.metadata,
        Column("tenant_id", Uuid, ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True),
        Column("id", Uuid, primary_key=True),
        Column("word", Text(collation="C"), primary_key=True),
        tenant_foreign_key("id", table.name, ondelete="CASCADE"),
        Index(None, "tenant_id", "word", "id"),
        info={"tenant": True, KEPT_BY_TRIGGER: True},
    )
