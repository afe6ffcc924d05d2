from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, status

from app.core.permissions import signed_in

from ..schemas import SessionRead
from ..services import SessionService

router = APIRouter(prefix="/users/me/sessions", tags=["me"])

Sessions = Annotated[SessionService, Depends()]


@router.get("")
@signed_in
async def list_sessions(sessions: Sessions) -> list[SessionRead]:
    return [SessionRead.model_validate(each) for each in await sessions.list_own()]


@router.delete("/{session_id}", status_code=status.HTTP_204_NO_CONTENT)
@signed_in
async def end_session(session_id: UUID, sessions: Sessions) -> None:
    await sessions.end_own(session_id)


@router.delete("", status_code=status.HTTP_204_NO_CONTENT)
@signed_in
async def end_other_sessions(sessions: Sessions) -> None:
    await sessions.end_others()
