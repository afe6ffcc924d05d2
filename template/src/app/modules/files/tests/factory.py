from typing import Any

from app.core.unit_of_work import UnitOfWork

from ..repositories import FileRepository, StoredFile


async def make_file(work: UnitOfWork, **values: Any) -> StoredFile:
    """Create a file's row to refer to, without content. For content use `FileService.store`."""
    described = {"name": "dot.png", "media_type": "image/png", "size": 108, "sha256": "0" * 64}
    return await FileRepository(work.session).create(**{**described, **values})
