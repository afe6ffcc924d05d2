from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.database.repository import Repository

from .models import StoredFile

__all__ = ["FileRepository", "StoredFile"]


class FileRepository(Repository[StoredFile]):
    model = StoredFile

    async def list_of(self, user_id: UUID) -> Sequence[StoredFile]:
        query = self.query().where(StoredFile.created_by == user_id)
        return await self.all(query.order_by(StoredFile.id))

    async def existing(self, ids: Sequence[UUID]) -> set[UUID]:
        found = await self.session.scalars(select(StoredFile.id).where(StoredFile.id.in_(ids)))
        return set(found)
