"""The root of all tables."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, MetaData, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


STATE = "_sa_instance_state"
"""What an entity has and a plain row has not."""


class RowIsPlain(AttributeError):
    """A row that a repository read was assigned to."""


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {
        datetime: DateTime(timezone=True),
        UUID: Uuid(as_uuid=True),
        dict[str, Any]: JSONB(none_as_null=True),
    }

    __global_reason__: ClassVar[str | None] = None
    """Why a table without a tenant may exist; tables of tenants leave it alone."""

    def __setattr__(self, name: str, value: Any) -> None:
        """Raises RowIsPlain for a row that a repository read: the assignment would be lost."""
        if STATE not in self.__dict__ and name != STATE:
            raise RowIsPlain(
                f"{type(self).__name__}.{name} is a fact; repository.change(row, {name}=…) writes"
            )
        super().__setattr__(name, value)
