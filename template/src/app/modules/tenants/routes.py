from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, status
from fastapi.responses import StreamingResponse

from app.core.permissions import permission, superuser
from app.kit.schemas import Page

from .permissions import MemberPermission, RolePermission, TenantPermission
from .schemas import (
    InvitationCreate,
    InvitationIssued,
    InvitationRead,
    MemberChange,
    RoleChange,
    RoleCreate,
    RoleRead,
    TenantChange,
    TenantCreate,
    TenantRead,
)
from .services import (
    InvitationService,
    MembershipService,
    RoleService,
    TenantLifecycle,
    TenantService,
)

router = APIRouter(prefix="/tenants", tags=["tenants"])
roles = APIRouter(prefix="/tenants/current/roles", tags=["roles"])
admin = APIRouter(prefix="/admin/tenants", tags=["administration"])

Tenants = Annotated[TenantService, Depends()]
Lifecycle = Annotated[TenantLifecycle, Depends()]
Members = Annotated[MembershipService, Depends()]
Invitations = Annotated[InvitationService, Depends()]
Roles = Annotated[RoleService, Depends()]
Limit = Annotated[int, Query(ge=1, le=100)]


class JsonLines(StreamingResponse):
    """One JSON object a line (https://jsonlines.org)."""

    media_type = "application/jsonl"


@router.get("/current")
@permission(TenantPermission.READ)
async def read_tenant(tenants: Tenants) -> TenantRead:
    return TenantRead.model_validate(await tenants.current())


@router.patch("/current")
@permission(TenantPermission.CHANGE)
async def change_tenant(body: TenantChange, tenants: Tenants) -> TenantRead:
    """Change its name, slug, time zone, language or currency."""
    changes = body.model_dump(exclude_unset=True)
    return TenantRead.model_validate(await tenants.change(**changes))


@router.delete("/current", status_code=status.HTTP_204_NO_CONTENT)
@permission(TenantPermission.DELETE)
async def delete_tenant(tenants: Tenants) -> None:
    await tenants.delete()


@router.patch("/current/members/{user_id}", status_code=status.HTTP_204_NO_CONTENT)
@permission(MemberPermission.CHANGE)
async def change_member(user_id: UUID, body: MemberChange, members: Members) -> None:
    await members.change_role(user_id, role=body.role)


@router.delete("/current/members/{user_id}", status_code=status.HTTP_204_NO_CONTENT)
@permission(MemberPermission.REMOVE)
async def remove_member(user_id: UUID, members: Members) -> None:
    await members.remove(user_id)


@router.post("/current/invitations", status_code=status.HTTP_201_CREATED)
@permission(MemberPermission.INVITE)
async def invite(body: InvitationCreate, invitations: Invitations) -> InvitationIssued:
    invitation, token = await invitations.invite(email=body.email, role=body.role)
    read = InvitationRead.model_validate(invitation)
    return InvitationIssued(**read.model_dump(), token=token)


@router.get("/current/invitations")
@permission(MemberPermission.READ)
async def list_invitations(
    invitations: Invitations, limit: Limit = 50, cursor: str | None = None
) -> Page[InvitationRead]:
    rows = await invitations.list(limit=limit, cursor=cursor)
    return Page[InvitationRead].model_validate(rows)


@router.delete("/current/invitations/{invitation_id}", status_code=status.HTTP_204_NO_CONTENT)
@permission(MemberPermission.INVITE)
async def withdraw_invitation(invitation_id: UUID, invitations: Invitations) -> None:
    await invitations.withdraw(invitation_id)


@admin.get("")
@superuser
async def list_tenants(
    lifecycle: Lifecycle, limit: Limit = 50, cursor: str | None = None
) -> Page[TenantRead]:
    return Page[TenantRead].model_validate(await lifecycle.list(limit=limit, cursor=cursor))


@admin.post("", status_code=status.HTTP_201_CREATED)
@superuser
async def create_tenant(body: TenantCreate, lifecycle: Lifecycle) -> TenantRead:
    """Create a tenant for somebody else, who gets an invitation to be its owner by e-mail."""
    tenant = await lifecycle.create(name=body.name, owner_email=body.owner_email)
    return TenantRead.model_validate(tenant)


@admin.post("/{tenant_id}/suspend")
@superuser
async def suspend_tenant(tenant_id: UUID, lifecycle: Lifecycle) -> TenantRead:
    return TenantRead.model_validate(await lifecycle.suspend(tenant_id))


@admin.post("/{tenant_id}/resume")
@superuser
async def resume_tenant(tenant_id: UUID, lifecycle: Lifecycle) -> TenantRead:
    return TenantRead.model_validate(await lifecycle.resume(tenant_id))


@admin.get("/{tenant_id}/export", response_class=JsonLines)
@superuser
async def export_tenant(tenant_id: UUID, lifecycle: Lifecycle) -> JsonLines:
    return JsonLines(await lifecycle.export(tenant_id))


@admin.delete("/{tenant_id}", status_code=status.HTTP_204_NO_CONTENT)
@superuser
async def delete_tenant_of_others(tenant_id: UUID, lifecycle: Lifecycle) -> None:
    await lifecycle.delete(tenant_id)


@roles.post("", status_code=status.HTTP_201_CREATED)
@permission(RolePermission.CREATE)
async def create_role(body: RoleCreate, service: Roles) -> RoleRead:
    role = await service.create(name=body.name, permissions=body.permissions)
    return RoleRead.model_validate(role)


@roles.get("")
@permission(RolePermission.READ)
async def list_roles(
    service: Roles, limit: Limit = 50, cursor: str | None = None
) -> Page[RoleRead]:
    return Page[RoleRead].model_validate(await service.list(limit=limit, cursor=cursor))


@roles.put("/{role_id}")
@permission(RolePermission.CHANGE)
async def change_role_permissions(role_id: UUID, body: RoleChange, service: Roles) -> RoleRead:
    return RoleRead.model_validate(await service.change(role_id, permissions=body.permissions))


@roles.delete("/{role_id}", status_code=status.HTTP_204_NO_CONTENT)
@permission(RolePermission.DELETE)
async def delete_role(role_id: UUID, service: Roles) -> None:
    await service.delete(role_id)
