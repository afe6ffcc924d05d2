"""The SQL of join tables: the ids that a row is linked to (LinkedIds)."""

from functools import cached_property
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Table,
    Uuid,
    any_,
    bindparam,
    delete,
    exists,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from app.database.compiled.constraints import name_of
from app.database.compiled.statement import Statement
from app.database.mixins import LinkedIds

TENANT = "tenant_id"
UUIDS = ARRAY(Uuid())


def ids_of(linked: LinkedIds, own: BindParameter[Any] | None) -> ColumnElement[Any]:
    """Return the array of the ids that a row is linked to.

    `own` is the tenant again, if the query has one: a cluster looks for it in each table.
    """
    links, table = Links(linked), linked.model.__table__
    found = select(links.other).where(*links.of_row_of(table)).order_by(links.other)
    if own is not None:
        found = found.where(links.tenant == own)
    return func.array(found.correlate(table).scalar_subquery(), type_=UUIDS)


def is_linked(linked: LinkedIds) -> ColumnElement[bool]:
    """Return the condition that a row is linked to the id of the parameter."""
    links, table = Links(linked), linked.model.__table__
    wanted = links.other == bindparam(links.other.name, type_=Uuid())
    return exists().where(*links.of_row_of(table), wanted).correlate(table)


class Links:
    """The join table of LinkedIds, and the statements for the links of one row."""

    def __init__(self, linked: LinkedIds) -> None:
        self.name = linked.name
        self.own: Any = linked.own.property.columns[0]
        self.other: Any = linked.other.property.columns[0]
        self.table: Table = self.own.table
        self.tenant = self.table.c[TENANT]

    def of_row_of(self, table: Table) -> list[ColumnElement[bool]]:
        return [self.tenant == table.c[TENANT], self.own == table.c.id]

    @cached_property
    def reference(self) -> str:
        """Return the name of the foreign key to the rows that are linked."""
        return next(
            name_of(key)
            for key in self.table.foreign_key_constraints
            if self.other.name in key.column_keys
        )

    @cached_property
    def find(self) -> Statement:
        """Find the links of several rows, `row_ids` of `tenant_ids`."""
        rows = self.own == any_(bindparam("row_ids", type_=UUIDS))
        tenants = self.tenant == any_(bindparam("tenant_ids", type_=UUIDS))
        return Statement(select(self.own, self.other).where(tenants, rows).order_by(self.other))

    @cached_property
    def keep(self) -> Statement:
        """Delete all links of a row but those to `ids`."""
        kept = self.other == any_(bindparam("ids", type_=UUIDS))
        return Statement(delete(self.table).where(*self._of_row(), ~kept))

    @cached_property
    def add(self) -> Statement:
        """Add links to `ids`, with `link_ids` for their own; those that are there stay."""
        parameters = (bindparam(name, type_=UUIDS) for name in ("link_ids", "ids"))
        found = func.unnest(*parameters).table_valued("link_id", "other_id").render_derived()
        values = [*self._row(), found.c.link_id, found.c.other_id]
        added = insert(self.table).from_select(self._columns, select(*values))
        return Statement(added.on_conflict_do_nothing())

    @cached_property
    def add_one(self) -> Statement:
        """Add a link to `id`, with `link_id` for its own."""
        values = [*self._row(), bindparam("link_id", type_=Uuid()), bindparam("id", type_=Uuid())]
        added = insert(self.table).values(dict(zip(self._columns, values, strict=True)))
        return Statement(added.on_conflict_do_nothing())

    @property
    def _columns(self) -> list[str]:
        return [TENANT, self.own.name, "id", self.other.name]

    def _row(self) -> list[BindParameter[Any]]:
        return [bindparam(name, type_=Uuid()) for name in ("tenant_id", "row_id")]

    def _of_row(self) -> list[ColumnElement[bool]]:
        tenant, row = self._row()
        return [self.tenant == tenant, self.own == row]
