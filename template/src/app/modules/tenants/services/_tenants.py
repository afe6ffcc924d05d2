from typing import Any
from uuid import UUID

from app.core.auth import Actor, Reason
from app.core.permissions import Role
from app.core.tenancy import PersonContext, TenantContext
from app.core.unit_of_work import CurrentWork
from app.kit.ids import new_id
from app.kit.languages import offered
from app.kit.rows import Rows
from app.kit.slugs import is_reserved, slug_of
from app.kit.time_zones import time_zones

from ..errors import (
    LanguageNotOffered,
    SlugReserved,
    SlugTaken,
    TenantCreationClosed,
    TenantSuspended,
    UnknownTimeZone,
)
from ..events import TenantCreated, TenantDeleted
from ..permissions import TenantPermission
from ..repositories import (
    Invitation,
    Membership,
    MembershipRepository,
    Tenant,
    TenantRepository,
)
from ..settings import TenantSettings
from ._invitations import InvitationService


class TenantService:
    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.tenants = TenantRepository(work.session)
        self.memberships = MembershipRepository(work.session)

    async def create(self, *, name: str, owner_id: UUID) -> Membership:
        """Create the tenant of this unit's context, and return its owner's membership."""
        tenant = await self.add(name)
        owner = await self.memberships.create(user_id=owner_id, role=Role.OWNER)
        self.work.publish(TenantCreated(tenant.id))
        return owner

    async def add(self, name: str) -> Tenant:
        """Create the tenant of this unit's context, without an owner yet."""
        given = self._settings
        return await self.tenants.create(
            id=self.work.tenant.tenant_id,
            name=name,
            slug=await self._free_slug(name),
            time_zone=given.time_zone,
            language=given.languages[0],
            currency=given.currency,
        )

    found = create  # until 3.0

    async def list_own(self, *, limit: int, cursor: str | None) -> Rows[Tenant]:
        """Return the tenants in which the actor is a member, newest first."""
        async with self.work.within(PersonContext(self.work.require_user())) as work:
            own = await MembershipRepository(work.session).list_own()
            ids = [membership.tenant_id for membership in own]
            return await TenantRepository(work.session).page_of(ids, limit=limit, cursor=cursor)

    async def create_own(self, *, name: str) -> Tenant:
        """Create another tenant for the actor, who becomes its owner.

        Raises TenantCreationClosed.
        """
        user_id = self.work.require_user()
        if not self._may_create:
            raise TenantCreationClosed
        async with self.work.within(TenantContext(new_id())) as work:
            await TenantService(work).create(name=name, owner_id=user_id)
            tenant = await TenantRepository(work.session).get(work.tenant.tenant_id)
            work.audit("tenants.created", after=tenant)
        return tenant

    async def create_for(self, *, name: str, email: str) -> tuple[Tenant, Invitation, str]:
        """Create a tenant whose owner is invited by e-mail; return the invitation and its token.

        For superusers, whether or not people may register. Raises Forbidden.
        """
        context = TenantContext(new_id())
        reason = f"create tenant {context.tenant_id}"
        async with self.work.across_tenants(bypass_tenant=True, reason=reason):
            pass  # the act is audited there; the rows are written as the tenant
        actor = Actor.system(context.tenant_id)
        async with self.work.within(context, actor=actor) as work:
            tenant = await TenantService(work).add(name)
            work.audit("tenants.created", after=tenant)
            work.publish(TenantCreated(tenant.id))
            invitation, token = await InvitationService(work).invite(email=email, role=Role.OWNER)
        return tenant, invitation, token

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
            changes["language"] = self.offered_language(changes["language"])
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

    async def check_open(self) -> Tenant:
        """Return the tenant. Raises TenantSuspended."""
        tenant = await self._own()
        if tenant.is_suspended:
            raise TenantSuspended
        return tenant

    async def is_open(self) -> bool:
        return not (await self._own()).is_suspended

    def offered_language(self, language: str) -> str:
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
    def _may_create(self) -> bool:
        creation = self._settings.creation
        is_open = self.work.runtime.settings.auth.registration == "open"
        return creation == "on" or (creation == "auto" and is_open)

    @property
    def _settings(self) -> TenantSettings:
        return self.work.runtime.settings_of(TenantSettings)

    async def _own(self) -> Tenant:
        return await self.tenants.get(self.work.tenant.tenant_id)
