from app.database.repository import Repository

from .models import ApiKey

__all__ = ["ApiKey", "ApiKeyRepository"]


class ApiKeyRepository(Repository[ApiKey]):
    model = ApiKey

    async def find_by_secret(self, secret_hash: str) -> ApiKey | None:
        return await self.first(self.query().where(ApiKey.secret_hash == secret_hash))
