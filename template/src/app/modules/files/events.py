from dataclasses import dataclass
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True)
class FileStored(Event):
    name = "files.stored"

    file_id: UUID


@dataclass(frozen=True)
class FileDeleted(Event):
    name = "files.deleted"

    file_id: UUID
