from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from app.core.auth import FoundKey, Reason, new_api_key
from app.core.unit_of_work import CurrentWork
from app.kit import clock
from app.kit.rows import Rows
from app.modules.tenants import TenantService

from .errors import PermissionsTooHigh
from .permissions import ApiKeyPermission
from .repositories import ApiKey, ApiKeyRepository

USE_IS_NOTED_EVERY = timedelta(minutes=5)


class ApiKeyService:
    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.keys = ApiKeyRepository(work.session)

    async def list(self, *, limit: int, cursor: str | None = None) -> Rows[ApiKey]:
        self.work.require(ApiKeyPermission.READ)
        return await self.keys.list(limit=limit, cursor=cursor)

    async def create(
        self, *, name: str, permissions: Sequence[str], lifetime: timedelta | None = None
    ) -> tuple[ApiKey, str]:
        """The key's row, and the key, which is shown once. Raises PermissionsTooHigh."""
        self.work.require(ApiKeyPermission.CREATE)
        self._check_own(permissions)
        key, secret_hash = new_api_key(self.work.tenant.tenant_id)
        row = await self.keys.create(
            name=name,
            hint=f"{key[:7]}…{key[-4:]}",
            secret_hash=secret_hash,
            permissions=sorted(set(permissions)),
            created_by=self.work.actor.user_id,
            expires_at=clock.now() + lifetime if lifetime else None,
        )
        return row, key

    async def revoke(self, key_id: UUID) -> None:
        self.work.require(ApiKeyPermission.REVOKE)
        await self.keys.delete(await self.keys.get(key_id))
        self.work.revoke(Reason.API_KEY, key_id)

    async def find(self, secret_hash: str) -> FoundKey | None:
        """For who presents a key, before she is known; notes now and then that it is in use."""
        key = await self.keys.find_by_secret(secret_hash)
        if key is None or not await TenantService(self.work).is_open():
            return None
        if key.last_used_at is None or key.last_used_at < clock.now() - USE_IS_NOTED_EVERY:
            await self.keys.change(key, last_used_at=clock.now())
        permissions = self.work.runtime.permissions.known(key.permissions)
        return FoundKey(key.id, permissions, key.expires_at)

    def _check_own(self, permissions: Sequence[str]) -> None:
        missing = [name for name in permissions if not self.work.actor.may(name)]
        if missing:
            raise PermissionsTooHigh(missing=", ".join(missing))
