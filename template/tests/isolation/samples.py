"""Tables with features that modules may use: references, lists, deferred and unique columns.

They exist only in the attacked databases, and are protected like the project's own tables.
"""

from datetime import date
from uuid import UUID

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    MetaData,
    Table,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from app.database.base import NAMING, Base
from app.database.mixins import TenantMixin, TimestampMixin, UUIDMixin, tenant_foreign_key
from app.database.rls import protect
from app.modules.tenants.models import Tenant


class Samples(DeclarativeBase):
    """A separate metadata, because tests compare the project's own with its migrations."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = Base.type_annotation_map


tenants = Base.metadata.tables[Tenant.__tablename__].to_metadata(Samples.metadata)

folder_labels = Table(
    "sample_folder_labels",
    Samples.metadata,
    Column("tenant_id", Uuid, ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True),
    Column("folder_id", Uuid, primary_key=True),
    Column("label_id", Uuid, primary_key=True),
    tenant_foreign_key("folder_id", "sample_folders", ondelete="CASCADE"),
    tenant_foreign_key("label_id", "sample_labels", ondelete="CASCADE"),
)


SAME_FOLDER = "and_(Folder.tenant_id == Note.tenant_id, Folder.id == foreign(Note.folder_id))"


class Label(UUIDMixin, TenantMixin, Samples):
    __tablename__ = "sample_labels"

    name: Mapped[str]


class Folder(UUIDMixin, TimestampMixin, TenantMixin, Samples):
    __tablename__ = "sample_folders"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        Index(None, "tenant_id", "closed_on", "id"),
    )

    code: Mapped[str]
    closed_on: Mapped[date | None]
    secret: Mapped[str] = mapped_column(deferred=True)
    notes: Mapped[list["Note"]] = relationship(
        primaryjoin=SAME_FOLDER,
        back_populates="folder",
        passive_deletes=True,
    )
    labels: Mapped[list[Label]] = relationship(secondary=folder_labels)


class Note(UUIDMixin, TenantMixin, Samples):
    __tablename__ = "sample_notes"
    __table_args__ = (tenant_foreign_key("folder_id", "sample_folders", ondelete="CASCADE"),)

    folder_id: Mapped[UUID]
    body: Mapped[str]
    folder: Mapped[Folder] = relationship(
        primaryjoin=SAME_FOLDER,
        back_populates="notes",
    )


SAMPLES: tuple[type[TenantMixin], ...] = (Folder, Note, Label)


def create_samples(connection: Connection) -> None:
    """Create the tables. The connection must be app_owner's."""
    tables = [table for table in Samples.metadata.sorted_tables if table is not tenants]
    Samples.metadata.create_all(connection, tables)
    with Operations.context(MigrationContext.configure(connection)):
        for table in tables:
            protect(table.name)
