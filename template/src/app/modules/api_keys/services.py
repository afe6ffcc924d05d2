from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.auth import FoundKey, Reason, new_api_key
from app.core.errors import InvalidToken
from app.core.personal_data import exported
from app.core.unit_of_work import CurrentWork, UnitOfWork
from app.kit import clock
from app.kit.rows import Rows
from app.modules.tenants import MembershipService, Standing, TenantService
from app.modules.users import UserService

from .errors import PermissionsTooHigh, TooManyKeys
from .permissions import ApiKeyPermission
from .repositories import ApiKey, ApiKeyRepository
from .settings import ApiKeySettings

USE_IS_NOTED_EVERY = timedelta(minutes=5)
USABLE, EXPIRED, WITHOUT_MAKER = "usable", "expired", "without-maker"


@dataclass(frozen=True)
class ListedKey:
    """A key; `permissions_now` are those of its permissions that its maker still has."""

    id: UUID
    name: str
    hint: str
    permissions: Sequence[str]
    permissions_now: Sequence[str]
    state: str
    created_by: UUID | None
    parent_id: UUID | None
    expires_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime


class ApiKeyService:
    """Makes, lists and revokes keys. A key never has more permissions than its maker has now.

    The maker is the user who made it, or whose key did. While the maker is suspended or not a
    member of the tenant, the key is refused.
    """

    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.keys = ApiKeyRepository(work.session)

    async def list(self, *, limit: int, cursor: str | None = None) -> Rows[ListedKey]:
        self.work.require(ApiKeyPermission.READ)
        rows = await self.keys.list(limit=limit, cursor=cursor)
        makers = await self._makers({row.created_by for row in rows.items if row.created_by})
        return Rows([self._listed(row, makers) for row in rows.items], rows.next_cursor)

    async def create(
        self, *, name: str, permissions: Sequence[str], lifetime: timedelta | None = None
    ) -> tuple[ListedKey, str]:
        """Return the key as it is listed, and the key itself, which is shown once.

        A key made with another key belongs to the same maker, and expires no later.
        Raises PermissionsTooHigh, TooManyKeys.
        """
        self.work.require(ApiKeyPermission.CREATE)
        self._check_own(permissions)
        await self._check_number()
        parent = await self._parent()
        created_by = parent.created_by if parent else self.work.actor.user_id
        key, secret_hash = new_api_key(self.work.tenant.tenant_id)
        row = await self.keys.create(
            name=name,
            hint=f"{key[:7]}…{key[-4:]}",
            secret_hash=secret_hash,
            permissions=sorted(set(permissions)),
            created_by=created_by,
            parent_id=parent.id if parent else None,
            expires_at=_end(lifetime, parent),
        )
        self.work.audit("api_keys.created", after=row)
        return self._listed(row, await self._makers({created_by} if created_by else set())), key

    async def revoke(self, key_id: UUID) -> None:
        """Revoke a key and all keys made with it, directly or not. Raises RowNotFound."""
        self.work.require(ApiKeyPermission.REVOKE)
        key = await self.keys.get_for_update(key_id)
        made = await self._made_by(key)
        await self.keys.delete(key)
        for each in (key, *made):
            self.work.audit("api_keys.revoked", before=each)
            self.work.revoke(Reason.API_KEY, each.id)

    async def find(self, secret_hash: str) -> FoundKey | None:
        """Find a usable key, before there is an actor; note its use every few minutes."""
        key = await self.keys.find_by_secret(secret_hash)
        if key is None or not await TenantService(self.work).is_open():
            return None
        makers = await self._makers({key.created_by} if key.created_by else set())
        maker = makers.get(key.created_by) if key.created_by else None
        if key.created_by is not None and maker is None:
            return None
        if key.last_used_at is None or key.last_used_at < clock.now() - USE_IS_NOTED_EVERY:
            await self.keys.note_use(key.id, clock.now())
        return FoundKey(
            key.id,
            self._permissions_now(key, maker),
            key.expires_at,
            _ids_of(key, maker),
            maker.role if maker else None,
            key.created_by,
        )

    async def _parent(self) -> ApiKey | None:
        """Return the actor's key, locked against revocation, if any. Raises InvalidToken."""
        key_id = self.work.actor.api_key_id
        if key_id is None:
            return None
        if await self.keys.find(key_id) is None:
            raise InvalidToken(Reason.API_KEY.sentence)
        return await self.keys.get_for_share(key_id)

    async def _made_by(self, key: ApiKey) -> Sequence[ApiKey]:
        """Return the key's descendants, locked. The database deletes them with it."""
        found: list[ApiKey] = []
        makers: Sequence[ApiKey] = [key]
        while makers := await self.keys.lock_children([each.id for each in makers]):
            found += makers
        return found

    async def _makers(self, user_ids: set[UUID]) -> dict[UUID, Standing]:
        """Return the users who are members and not suspended."""
        if not user_ids:
            return {}
        suspended = await UserService(self.work).suspended(sorted(user_ids))
        return await MembershipService(self.work).standings(sorted(user_ids - suspended))

    def _listed(self, row: ApiKey, makers: dict[UUID, Standing]) -> ListedKey:
        maker = makers.get(row.created_by) if row.created_by else None
        without_maker = row.created_by is not None and maker is None
        now = frozenset[str]() if without_maker else self._permissions_now(row, maker)
        return ListedKey(
            id=row.id,
            name=row.name,
            hint=row.hint,
            permissions=row.permissions,
            permissions_now=sorted(now),
            state=_state(row, without_maker=without_maker),
            created_by=row.created_by,
            parent_id=row.parent_id,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            created_at=row.created_at,
        )

    def _permissions_now(self, key: ApiKey, maker: Standing | None) -> frozenset[str]:
        """A key without a maker was made by the system: no role limits it."""
        given = self.work.runtime.permissions.known(key.permissions)
        return given & maker.permissions if maker else given

    async def _check_number(self) -> None:
        most = self.work.runtime.settings_of(ApiKeySettings).max_keys
        if await self.keys.count_in_turn() >= most:
            raise TooManyKeys(most=most)

    def _check_own(self, permissions: Sequence[str]) -> None:
        missing = [name for name in permissions if not self.work.actor.may(name)]
        if missing:
            raise PermissionsTooHigh(missing=", ".join(missing))


def _end(lifetime: timedelta | None, parent: ApiKey | None) -> datetime | None:
    """Return the time of expiry, no later than the parent's."""
    ends = [clock.now() + lifetime if lifetime else None, parent.expires_at if parent else None]
    return min((end for end in ends if end is not None), default=None)


def _ids_of(key: ApiKey, maker: Standing | None) -> tuple[UUID, ...]:
    """Return the maker's ids: revoking one of them (the user, a membership, a grant) applies to
    the key too.
    """
    if maker is None or key.created_by is None:
        return ()
    grant = (maker.grant_id,) if maker.grant_id else ()
    return (key.created_by, maker.membership_id, *grant)


def _state(row: ApiKey, *, without_maker: bool) -> str:
    if row.expires_at is not None and row.expires_at <= clock.now():
        return EXPIRED
    return WITHOUT_MAKER if without_maker else USABLE


async def export_keys_of(work: UnitOfWork, user_id: UUID) -> list[dict[str, Any]]:
    """Return the keys that the user has made, without their secrets."""
    return exported(await ApiKeyRepository(work.session).list_of(user_id))
