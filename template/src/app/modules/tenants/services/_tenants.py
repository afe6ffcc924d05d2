from typing import Any
from uuid import UUID

from app.core.auth import Reason
from app.core.permissions import Role
from app.core.unit_of_work import CurrentWork
from app.kit.ids import new_id
from app.kit.languages import offered
from app.kit.slugs import is_reserved, slug_of
from app.kit.time_zones import time_zones

from ..errors import (
    LanguageNotOffered,
    SlugReserved,
    SlugTaken,
    TenantSuspended,
    UnknownTimeZone,
)
from ..events import TenantCreated, TenantDeleted
from ..permissions import TenantPermission
from ..repositories import Membership, MembershipRepository, Tenant, TenantRepository
from ..settings import TenantSettings


class TenantService:
    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.tenants = TenantRepository(work.session)
        self.memberships = MembershipRepository(work.session)

    async def create(self, *, name: str, owner_id: UUID) -> Membership:
        """Create the tenant of this unit's context, and return its owner's membership."""
        await self.create_without_owner(name=name)
        return await self.memberships.create(user_id=owner_id, role=Role.OWNER)

    found = create  # until 3.0

    async def create_without_owner(self, *, name: str) -> Tenant:
        """Create the tenant of this unit's context; invite somebody as its owner."""
        given = self._settings
        tenant = await self.tenants.create(
            id=self.work.tenant.tenant_id,
            name=name,
            slug=await self._free_slug(name),
            time_zone=given.time_zone,
            language=given.languages[0],
            currency=given.currency,
        )
        self.work.publish(TenantCreated(tenant.id))
        return tenant

    async def current(self) -> Tenant:
        self.work.require(TenantPermission.READ)
        return self.work.set_etag(await self._own())

    async def find_by_slug(self, slug: str) -> Tenant | None:
        """Return the tenant, for a page that everybody may see: its name and settings.

        Return None for a suspended one too. For its rows: `work.acting_for` (docs/how-to).
        """
        tenant = await self.tenants.find_by_slug(slug.lower())
        return None if tenant is None or tenant.is_suspended else tenant

    async def change(self, **changes: Any) -> Tenant:
        """Change name, slug, time zone, language or currency.

        Raises SlugReserved, SlugTaken, LanguageNotOffered, UnknownTimeZone.
        """
        self.work.require(TenantPermission.CHANGE)
        if "time_zone" in changes and changes["time_zone"] not in time_zones():
            raise UnknownTimeZone
        if "language" in changes:
            changes["language"] = self._offered(changes["language"])
        before = await self._own()
        if changes.get("slug", before.slug) != before.slug:
            await self._check_slug(changes["slug"])
        await self.work.check_if_match(before)
        after = await self.tenants.change(before, **changes)
        if after is not before:
            action = "tenants.renamed" if set(changes) == {"name"} else "tenants.changed"
            self.work.audit(action, before=before, after=after)
        return self.work.set_etag(after)

    async def rename(self, *, name: str) -> Tenant:
        return await self.change(name=name)

    async def delete(self) -> None:
        """Delete it with all its rows: each tenant's table refers to it ON DELETE CASCADE."""
        self.work.require(TenantPermission.DELETE)
        await self.tenants.delete(await self._own())
        self.work.revoke(Reason.TENANT, self.work.tenant.tenant_id)
        self.work.cache.invalidate_tenant(self.work.tenant)
        self.work.publish(TenantDeleted(self.work.tenant.tenant_id))

    async def check_open(self) -> None:
        """Raises TenantSuspended."""
        if not await self.is_open():
            raise TenantSuspended

    async def is_open(self) -> bool:
        return not (await self._own()).is_suspended

    def _offered(self, language: str) -> str:
        """Return the language as it is offered. Raises LanguageNotOffered."""
        languages = self._settings.languages
        if found := offered(language, languages):
            return found
        raise LanguageNotOffered(offered=", ".join(languages))

    async def _check_slug(self, slug: str) -> None:
        """Raises SlugReserved, SlugTaken."""
        if self._is_reserved(slug):
            raise SlugReserved
        if not await self.tenants.reserve_slug(slug):
            raise SlugTaken

    async def _free_slug(self, name: str) -> str:
        """Return the name's slug; with random digits if it is reserved or taken."""
        slug = slug_of(name)
        if not self._is_reserved(slug) and await self.tenants.reserve_slug(slug):
            return slug
        return f"{slug}-{new_id().hex[-12:]}"

    def _is_reserved(self, slug: str) -> bool:
        return is_reserved(slug) or slug in self._settings.reserved_slugs

    @property
    def _settings(self) -> TenantSettings:
        return self.work.runtime.settings_of(TenantSettings)

    async def _own(self) -> Tenant:
        return await self.tenants.get(self.work.tenant.tenant_id)
