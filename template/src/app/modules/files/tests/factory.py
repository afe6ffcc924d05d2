from typing import Any

from app.core.unit_of_work import UnitOfWork

from ..repositories import FileRepository, StoredFile


async def make_file(work: UnitOfWork, **values: Any) -> StoredFile:
    """A file to refer to. It has no content: whoever reads it wants `FileService.store`."""
    described = {"name": "dot.png", "media_type": "image/png", "size": 108, "sha256": "0" * 64}
    return await FileRepository(work.session).create(**{**described, **values})
