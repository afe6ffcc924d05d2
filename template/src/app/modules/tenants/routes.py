from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, status

from app.core.permissions import permission, superuser
from app.kit.schemas import Page

from .permissions import MemberPermission, TenantPermission
from .schemas import (
    InvitationCreate,
    InvitationIssued,
    InvitationRead,
    MemberChange,
    TenantChange,
    TenantRead,
)
from .services import InvitationService, MembershipService, TenantService

router = APIRouter(prefix="/tenants", tags=["tenants"])
admin = APIRouter(prefix="/admin/tenants", tags=["administration"])

Tenants = Annotated[TenantService, Depends()]
Members = Annotated[MembershipService, Depends()]
Invitations = Annotated[InvitationService, Depends()]
Limit = Annotated[int, Query(ge=1, le=100)]


@router.get("/current")
@permission(TenantPermission.READ)
async def read_tenant(tenants: Tenants) -> TenantRead:
    return TenantRead.model_validate(await tenants.current())


@router.patch("/current")
@permission(TenantPermission.CHANGE)
async def rename_tenant(body: TenantChange, tenants: Tenants) -> TenantRead:
    return TenantRead.model_validate(await tenants.rename(name=body.name))


@router.delete("/current", status_code=status.HTTP_204_NO_CONTENT)
@permission(TenantPermission.DELETE)
async def delete_tenant(tenants: Tenants) -> None:
    await tenants.delete()


@router.patch("/current/members/{user_id}", status_code=status.HTTP_204_NO_CONTENT)
@permission(MemberPermission.CHANGE)
async def change_role(user_id: UUID, body: MemberChange, members: Members) -> None:
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
    tenants: Tenants, limit: Limit = 50, cursor: str | None = None
) -> Page[TenantRead]:
    return Page[TenantRead].model_validate(await tenants.list_all(limit=limit, cursor=cursor))


@admin.post("/{tenant_id}/suspend")
@superuser
async def suspend_tenant(tenant_id: UUID, tenants: Tenants) -> TenantRead:
    return TenantRead.model_validate(await tenants.suspend(tenant_id))


@admin.post("/{tenant_id}/resume")
@superuser
async def resume_tenant(tenant_id: UUID, tenants: Tenants) -> TenantRead:
    return TenantRead.model_validate(await tenants.resume(tenant_id))
