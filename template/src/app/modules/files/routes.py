from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, status
from fastapi.responses import StreamingResponse

from app.core.http import streamed
from app.core.limits import limited
from app.core.permissions import permission, public
from app.kit.schemas import Page

from .permissions import FilePermission
from .schemas import FileLink, FileName, FileRead
from .services import Content, FileService, LinkService

router = APIRouter(prefix="/files", tags=["files"])

Files = Annotated[FileService, Depends()]
Links = Annotated[LinkService, Depends()]
Limit = Annotated[int, Query(ge=1, le=100)]

ANY_BODY: dict[str, Any] = {"requestBody": {"content": {"application/octet-stream": {}}}}
ANY_CONTENT: dict[str, Any] = {"content": {"*/*": {}}, "description": "The file"}


@router.post("", status_code=status.HTTP_201_CREATED, openapi_extra=ANY_BODY)
@permission(FilePermission.CREATE)
@streamed
async def upload(request: Request, name: FileName, files: Files) -> FileRead:
    """The body is the file itself, as `curl --data-binary @report.pdf` sends it."""
    return FileRead.model_validate(await files.store(name=name, pieces=request.stream()))


@router.get("")
@permission(FilePermission.READ)
async def list_all(files: Files, limit: Limit = 50, cursor: str | None = None) -> Page[FileRead]:
    return Page[FileRead].model_validate(await files.list(limit=limit, cursor=cursor))


@router.get("/{file_id}")
@permission(FilePermission.READ)
async def read(file_id: UUID, files: Files) -> FileRead:
    return FileRead.model_validate(await files.get(file_id))


@router.get("/{file_id}/content", response_class=StreamingResponse, responses={200: ANY_CONTENT})
@permission(FilePermission.READ)
async def download(file_id: UUID, files: Files) -> StreamingResponse:
    return _attachment(await files.open(file_id))


@router.post("/{file_id}/links", status_code=status.HTTP_201_CREATED)
@permission(FilePermission.READ)
async def create_link(request: Request, file_id: UUID, links: Links) -> FileLink:
    token, until = await links.make(file_id)
    path = request.app.url_path_for("follow_link", token=token)
    return FileLink(url=f"{links.public_url}{path}", expires_at=until)


@router.get("/links/{token}", response_class=StreamingResponse, responses={200: ANY_CONTENT})
@public
@limited("login", failures=True)
async def follow_link(token: str, links: Links) -> StreamingResponse:
    return _attachment(await links.follow(token))


@router.delete("/{file_id}", status_code=status.HTTP_204_NO_CONTENT)
@permission(FilePermission.DELETE)
async def delete(file_id: UUID, files: Files) -> None:
    await files.delete(file_id)


def _attachment(content: Content) -> StreamingResponse:
    """Make the browser save the file, never show it: an uploaded page may contain scripts."""
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(content.file.name, safe='')}",
        "content-length": str(content.file.size),
    }
    return StreamingResponse(content.pieces, media_type=content.file.media_type, headers=headers)
