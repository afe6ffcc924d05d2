"""A module that only tests have, to watch how a module's requests travel: `test_notes`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from fastapi import APIRouter, Depends, Query, status
from pydantic import StringConstraints
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.config import Settings
from app.core.csv import CsvRoutes
from app.core.events import Event
from app.core.module import Module, find_modules
from app.core.permissions import Role, permission
from app.core.runtime import Runtime
from app.core.unit_of_work import CurrentWork, open_unit
from app.database.base import NAMING, Base
from app.database.mixins import TenantMixin, TimestampMixin, UUIDMixin
from app.database.repository import Repository
from app.database.rls import protect
from app.kit.rows import Rows
from app.kit.schemas import Page, Schema, omittable
from app.modules.tenants.models import Tenant

from .people import Person

TABLE = "test_notes"
URL = "/api/v1/test-notes"


class Notes(DeclarativeBase):
    """A separate metadata, because tests compare the project's own with its migrations."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = Base.type_annotation_map


tenants = Base.metadata.tables[Tenant.__tablename__].to_metadata(Notes.metadata)


class Note(UUIDMixin, TimestampMixin, TenantMixin, Notes):
    __tablename__ = TABLE

    name: Mapped[str] = mapped_column(sa.String(120))


class NoteRepository(Repository[Note]):
    model = Note


@dataclass(frozen=True)
class NoteCreated(Event):
    name = "test_notes.created"

    note_id: UUID


@dataclass(frozen=True)
class NoteChanged(Event):
    name = "test_notes.changed"

    note_id: UUID


class NotePermission(StrEnum):
    READ = "test_notes:read"
    CREATE = "test_notes:create"
    CHANGE = "test_notes:change"
    DELETE = "test_notes:delete"


class NoteService:
    """Does what the services of described modules do, in the same order."""

    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.notes = NoteRepository(work.session)

    async def list(self, *, limit: int, cursor: str | None = None) -> Rows[Note]:
        self.work.require(NotePermission.READ)
        return await self.notes.list(limit=limit, cursor=cursor)

    async def get(self, note_id: UUID) -> Note:
        self.work.require(NotePermission.READ)
        return self.work.set_etag(await self.notes.get(note_id))

    async def create(self, *, name: str) -> Note:
        self.work.require(NotePermission.CREATE)
        note = await self.notes.create(name=name)
        self.work.audit("test_notes.created", after=note)
        self.work.publish(NoteCreated(note.id))
        return self.work.set_etag(note)

    async def change(self, note_id: UUID, /, **changes: Any) -> Note:
        self.work.require(NotePermission.CHANGE)
        before = await self.notes.get_for_change(note_id)
        await self.work.check_if_match(before)
        after = await self.notes.change(before, **changes)
        if after is not before:
            self.work.audit("test_notes.changed", before=before, after=after)
        self.work.publish(NoteChanged(after.id))
        return self.work.set_etag(after)

    async def delete(self, note_id: UUID) -> None:
        self.work.require(NotePermission.DELETE)
        note = await self.notes.get_for_update(note_id)
        await self.work.check_if_match(note)
        await self.notes.delete(note)
        self.work.audit("test_notes.deleted", before=note)


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class NoteCreate(Schema):
    name: Name


class NoteChange(Schema):
    name: Name = omittable()


class NoteRead(Schema):
    id: UUID
    name: str


router = APIRouter(prefix="/test-notes", tags=["test_notes"])
Service = Annotated[NoteService, Depends()]
Limit = Annotated[int, Query(ge=1, le=100)]


@router.post("", status_code=status.HTTP_201_CREATED)
@permission(NotePermission.CREATE)
async def create(body: NoteCreate, notes: Service) -> NoteRead:
    return NoteRead.model_validate(await notes.create(name=body.name))


@router.get("")
@permission(NotePermission.READ)
async def list_all(notes: Service, limit: Limit = 50, cursor: str | None = None) -> Page[NoteRead]:
    return Page[NoteRead].model_validate(await notes.list(limit=limit, cursor=cursor))


csv = CsvRoutes("test_notes", list_all=list_all, create=create)
csv.add_to(router)


@router.get("/{note_id}")
@permission(NotePermission.READ)
async def read(note_id: UUID, notes: Service) -> NoteRead:
    return NoteRead.model_validate(await notes.get(note_id))


@router.patch("/{note_id}")
@permission(NotePermission.CHANGE)
async def change(note_id: UUID, body: NoteChange, notes: Service) -> NoteRead:
    return NoteRead.model_validate(
        await notes.change(note_id, **body.model_dump(exclude_unset=True))
    )


@router.delete("/{note_id}", status_code=status.HTTP_204_NO_CONTENT)
@permission(NotePermission.DELETE)
async def delete(note_id: UUID, notes: Service) -> None:
    await notes.delete(note_id)


PERMISSIONS: Mapping[str, Role] = {
    NotePermission.READ: Role.VIEWER,
    NotePermission.CREATE: Role.MEMBER,
    NotePermission.CHANGE: Role.MEMBER,
    NotePermission.DELETE: Role.MEMBER,
}
NOTES = Module(
    name="test_notes",
    routers=(router,),
    tags={"test_notes": "Notes that only tests have."},
    jobs=csv.jobs,
    permissions=PERMISSIONS,
)


def modules_and_notes() -> tuple[Module, ...]:
    return (*find_modules(), NOTES)


def create_notes(settings: Settings) -> None:
    """Create the table in a migrated database, protected like the project's own."""
    url = str(settings.database.owner_url).replace("asyncpg", "psycopg")
    owner = sa.create_engine(url)
    with owner.begin() as connection:
        Notes.metadata.create_all(connection, [Notes.metadata.tables[TABLE]])
        with Operations.context(MigrationContext.configure(connection)):
            protect(TABLE)
    owner.dispose()


async def names(runtime: Runtime, person: Person) -> set[str]:
    """Return the names of the tenant's notes."""
    async with open_unit(runtime, person.actor, person.context) as work:
        return {note.name for note in (await NoteRepository(work.session).list(limit=50)).items}
