"""Rows that are linked to others, many to many, by a join table."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.exc import IntegrityError

from app.database.asyncpg.errors import constraint_of
from app.database.compiled.links import Links, is_linked
from app.database.compiled.lists import Declared
from app.database.compiled.statement import Statement
from app.database.mixins import LinkedIds, linked_ids
from app.database.repository import Model, ReferenceNotFound, Repository
from app.kit import clock
from app.kit.ids import new_id


def linked_to(linked: LinkedIds) -> Declared:
    """Return the filter `actor_id`, for `Film.actor_ids`: rows that are linked to this one."""
    return Declared(Links(linked).other.name, "id", is_linked(linked))


class LinkedRepository(Repository[Model]):
    """A repository of a model with LinkedIds and TimestampMixin: `create` and `change` take them.

    Rows are read with their links in one statement. Links are written as a whole: a change to
    `actor_ids` adds and removes what differs, and counts as a change of the row.
    """

    _links: ClassVar[Mapping[str, Links]]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "model" in cls.__dict__:
            cls._links = {each.name: Links(each) for each in linked_ids(cls.model)}

    async def create(self, *_: Any, **values: Any) -> Model:
        """Raises ReferenceNotFound for LinkedIds, too."""
        ids, columns = self._parted(values)
        async with self.session.as_one():
            row = await super().create(**columns)
            for name, links in self._links.items():
                given = _in_order(ids.get(name, ()))
                await self._add(links, row, given)
                row.__dict__[name] = given
        return row

    async def change(self, row: Model, /, *_: Any, **values: Any) -> Model:
        """Raises ReferenceNotFound for LinkedIds, too."""
        ids, columns = self._parted(values)
        async with self.session.as_one():
            # The UPDATE locks the row, so that of two changes to its links one waits for the other.
            changed = await super().change(row, **(columns or _touched(ids)))
            for name, given in ids.items():
                links, kept = self._links[name], _in_order(given)
                await self._send(links, links.keep, changed, ids=kept)
                await self._add(links, changed, kept)
        if changed is row:
            return row
        if ids or not self.session.has_locked(row):
            await self._load([changed])
        else:
            changed.__dict__.update({name: row.__dict__[name] for name in self._links})
        return changed

    async def all(self, query: Select[Any]) -> Sequence[Model]:
        rows = await super().all(query)
        await self._load(rows)
        return rows

    async def _lock(self, row_id: UUID, *, read: bool = False, key_share: bool = False) -> Model:
        """Read the links after the lock: the same statement does not see what it has waited for."""
        row = await super()._lock(row_id, read=read, key_share=key_share)
        await self._load([row])
        return row

    async def _load(self, rows: Sequence[Any]) -> None:
        """Read the links of all rows, with one statement for each of the LinkedIds."""
        if not rows:
            return
        of = {"row_ids": [row.id for row in rows], "tenant_ids": [*{row.tenant_id for row in rows}]}
        for name, links in self._links.items():
            found: dict[UUID, list[UUID]] = {row.id: [] for row in rows}
            for own, other in await self.session.fetch(links.find, of):
                found[own].append(other)
            for row in rows:
                row.__dict__[name] = found[row.id]

    async def _add(self, links: Links, row: Model, ids: Sequence[UUID]) -> None:
        if self.session.is_clustered:
            # Citus sends the rows of a SELECT to other nodes with COPY, which row security refuses.
            for each in ids:
                await self._send(links, links.add_one, row, id=each, link_id=new_id())
        elif ids:
            link_ids = [new_id() for _ in ids]
            await self._send(links, links.add, row, ids=ids, link_ids=link_ids)

    async def _send(self, links: Links, statement: Statement, row: Any, **values: Any) -> None:
        """Raises ReferenceNotFound."""
        try:
            await self.session.write(
                statement, {**values, "tenant_id": row.tenant_id, "row_id": row.id}
            )
        except IntegrityError as error:
            if constraint_of(error) != links.reference:
                raise
            raise ReferenceNotFound(**{links.name: None}) from error

    def _parted(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        ids = {name: given for name, given in values.items() if name in self._links}
        return ids, {name: value for name, value in values.items() if name not in ids}


def _in_order(ids: Iterable[UUID]) -> list[UUID]:
    """Return each id once, in the order in which PostgreSQL sorts them."""
    return sorted(set(ids))


def _touched(ids: Mapping[str, Any]) -> dict[str, Any]:
    return {"updated_at": clock.now()} if ids else {}
