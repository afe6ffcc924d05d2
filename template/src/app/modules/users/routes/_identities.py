"""The provider accounts of the user. The first log-in with an account links it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, status

from app.core.limits import limited
from app.core.permissions import signed_in

from ..schemas import IdentityRead, PasswordProof
from ..services import IdentityService

router = APIRouter(prefix="/users/me/identities", tags=["me"])

Identities = Annotated[IdentityService, Depends()]


@router.get("")
@signed_in
async def list_identities(identities: Identities) -> list[IdentityRead]:
    return [IdentityRead.model_validate(each) for each in await identities.list_own()]


@router.delete("/{identity_id}", status_code=status.HTTP_204_NO_CONTENT)
@signed_in
async def unlink_identity(identity_id: UUID, identities: Identities) -> None:
    await identities.unlink(identity_id)


@router.post("/{identity_id}/link", status_code=status.HTTP_204_NO_CONTENT)
@signed_in
@limited("login")
async def link_identity_again(
    identity_id: UUID, body: PasswordProof, identities: Identities
) -> None:
    await identities.link_again(identity_id, password=body.password.get_secret_value())
