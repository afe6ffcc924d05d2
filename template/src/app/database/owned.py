"""Rows that own rows of another table: written, read and deleted with them."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.exc import IntegrityError

from app.database.asyncpg.errors import constraint_of
from app.database.compiled.owned import POSITION, OwnedTable, rows_as_json
from app.database.compiled.statement import Statement
from app.database.mixins import owned_rows
from app.database.repository import Model, ReferenceNotFound, Repository, ValueNotAllowed
from app.kit import clock
from app.kit.ids import new_id


class OwningRepository(Repository[Model]):
    """A repository of a model with OwnedRows and TimestampMixin: `create` and `change` take them.

    Rows are read with what they own in one statement. Owned rows are written as a whole, in the
    given order: those with the `id` of one that is there replace it, those without are new, and all
    others are deleted. That counts as a change of the row.
    """

    _owned: ClassVar[Mapping[str, OwnedTable]]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "model" in cls.__dict__:
            cls._owned = {each.name: OwnedTable(each) for each in owned_rows(cls.model)}

    async def create(self, *_: Any, **values: Any) -> Model:
        """Raises ReferenceNotFound and ValueNotAllowed for OwnedRows, too."""
        columns, given = self._divided(values)
        for name, owned in self._owned.items():
            _check_number(owned, given.setdefault(name, ()))
        row = await super().create(**columns)
        for name, rows in given.items():
            row.__dict__[name] = await self._replace(self._owned[name], row, rows, ())
        return row

    async def change(self, row: Model, /, *_: Any, **values: Any) -> Model:
        """Raises ReferenceNotFound and ValueNotAllowed for OwnedRows, too."""
        columns, given = self._divided(values)
        for name, rows in given.items():
            _check_number(self._owned[name], rows)
        # The UPDATE locks the row, so that of two changes to its rows one waits for the other.
        changed = await super().change(row, **(columns or _touched(given)))
        if changed is row:
            return row
        if self.session.has_locked(row):
            changed.__dict__.update({name: row.__dict__[name] for name in self._owned})
        else:
            await self._load_owned([changed])
        for name, rows in given.items():
            there = changed.__dict__[name]
            changed.__dict__[name] = await self._replace(self._owned[name], changed, rows, there)
        return changed

    async def all(self, query: Select[Any]) -> Sequence[Model]:
        rows = await super().all(query)
        await self._load_owned(rows)
        return rows

    async def _lock(self, row_id: UUID, *, read: bool = False, key_share: bool = False) -> Model:
        """Read the rows after the lock: the same statement does not see what it has waited for."""
        row = await super()._lock(row_id, read=read, key_share=key_share)
        await self._load_owned([row])
        return row

    async def _load_owned(self, rows: Sequence[Any]) -> None:
        """Read what all rows own, with one statement for each of the OwnedRows."""
        if not rows:
            return
        of = {"row_ids": [row.id for row in rows], "tenant_ids": [*{row.tenant_id for row in rows}]}
        for name, owned in self._owned.items():
            found: dict[UUID, list[Any]] = {row.id: [] for row in rows}
            for record in await self.session.fetch(owned.find, of):
                found[record["_own"]].append(record)
            for row in rows:
                row.__dict__[name] = owned.rows(row, found[row.id])

    async def _replace(
        self,
        owned: OwnedTable,
        row: Model,
        given: Sequence[Mapping[str, Any]],
        there: Sequence[Any],
    ) -> list[Any]:
        """Write all rows in one statement, whatever their number. Raises ReferenceNotFound."""
        if not given and not there:
            return []
        rows = _complete(owned, given, {each.id for each in there})
        ids = [each["id"] for each in rows]
        if not self.session.is_clustered:
            values = {"rows": rows_as_json(rows), "ids": ids}
            return await self._send_rows(owned, owned.replace, row, **values)
        # Citus sends the rows of a SELECT to other nodes with COPY, which row security refuses.
        await self._send_rows(owned, owned.delete_others, row, ids=ids)
        written = [await self._send_rows(owned, owned.write_one, row, **each) for each in rows]
        return [each for one in written for each in one]

    async def _send_rows(
        self, owned: OwnedTable, statement: Statement, row: Any, **values: Any
    ) -> list[Any]:
        """Raises ReferenceNotFound and ValueNotAllowed, for a column such as `lines.quantity`."""
        of = {"_tenant_id": row.tenant_id, "_row_id": row.id}
        try:
            return owned.rows(row, await self.session.write(statement, {**values, **of}))
        except IntegrityError as error:
            name = constraint_of(error) or ""
            if column := owned.references.get(name):
                raise ReferenceNotFound(**{f"{owned.name}.{column}": None}) from error
            if column := owned.limits.get(name):
                raise ValueNotAllowed(**{f"{owned.name}.{column}": None}) from error
            raise

    def _divided(
        self, values: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Sequence[Mapping[str, Any]]]]:
        """Return the values of columns and of other lists, and the owned rows."""
        given = {name: rows for name, rows in values.items() if name in self._owned}
        return {name: value for name, value in values.items() if name not in given}, given


def _check_number(owned: OwnedTable, rows: Sequence[Any]) -> None:
    if not owned.fewest <= len(rows) <= owned.most:
        raise ValueNotAllowed(**{owned.name: len(rows)})


def _complete(
    owned: OwnedTable, given: Sequence[Mapping[str, Any]], there: set[UUID]
) -> list[dict[str, Any]]:
    """Return the rows with all columns. Each id of `there` can be given once.

    Raises ReferenceNotFound for other ids.
    """
    rows = []
    for position, values in enumerate(given):
        row_id = values.get("id")
        if row_id is None:
            row_id = new_id()
        elif row_id in there:
            there.remove(row_id)
        else:
            raise ReferenceNotFound(**{f"{owned.name}.{position}.id": row_id})
        rows.append({**owned.complete(values), "id": row_id, POSITION: position})
    return rows


def _touched(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"updated_at": clock.now()} if given else {}
