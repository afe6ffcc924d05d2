from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from app.database.repository import Repository

from .models import ApiKey

__all__ = ["ApiKey", "ApiKeyRepository"]


class ApiKeyRepository(Repository[ApiKey]):
    model = ApiKey

    async def find_by_secret(self, secret_hash: str) -> ApiKey | None:
        return await self.first(self.query().where(ApiKey.secret_hash == secret_hash))

    async def list_of(self, user_id: UUID) -> Sequence[ApiKey]:
        query = self.query().where(ApiKey.created_by == user_id)
        return await self.all(query.order_by(ApiKey.id))

    async def lock_children(self, ids: Sequence[UUID]) -> Sequence[ApiKey]:
        """Lock the children, so that none of them makes another key before the commit."""
        query = self.query().where(ApiKey.parent_id.in_(ids)).order_by(ApiKey.id)
        return await self.all(query.with_for_update())

    async def note_use(self, key_id: UUID, at: datetime) -> None:
        await self.session.execute(
            update(ApiKey)
            .where(ApiKey.id == key_id)
            .values(last_used_at=at)
            .execution_options(synchronize_session=False)
        )
