from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from errno import EDQUOT, EFBIG, ENOSPC
from functools import cache
from typing import Any
from uuid import UUID

from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from app.core.errors import StorageFull

from ..errors import StorageAway
from ..settings import FileSettings

PART = 5 * 1024 * 1024
"""The smallest part of an upload that S3 accepts; two or three of them are in memory at a time."""
PIECE = 1024 * 1024
STORAGE_FULL = (ENOSPC, EDQUOT, EFBIG)


class Storage:
    """Reads and writes objects. Each name begins with the tenant's id, which every method takes."""

    def __init__(self, store: LocalStore | S3Store) -> None:
        self._store = store

    async def write(self, tenant_id: UUID, file_id: UUID, pieces: AsyncIterator[bytes]) -> None:
        """Write the object completely or not at all. Raises StorageFull, StorageAway, and what
        `pieces` raises.
        """
        path = _path(tenant_id, file_id)
        with _translated():
            await self._store.put_async(path, pieces, chunk_size=PART, max_concurrency=2)

    async def read(self, tenant_id: UUID, file_id: UUID) -> AsyncIterator[bytes]:
        """Raises FileNotFoundError or StorageAway before the first piece."""
        with _translated():
            found = await self._store.get_async(_path(tenant_id, file_id))
        return _pieces(found)

    async def delete(self, tenant_id: UUID, file_id: UUID) -> None:
        """Delete the object, if it exists. Raises StorageAway."""
        with suppress(FileNotFoundError), _translated():
            await self._store.delete_async(_path(tenant_id, file_id))

    async def delete_all(self, tenant_id: UUID) -> None:
        async for batch in self._store.list(prefix=f"{tenant_id}/"):
            await self._store.delete_async([each["path"] for each in batch])

    async def written_before(self, tenant_id: UUID, time: datetime) -> AsyncIterator[list[UUID]]:
        """Yield the ids of objects older than this, in batches."""
        async for batch in self._store.list(prefix=f"{tenant_id}/"):
            old = [each["path"] for each in batch if each["last_modified"] < time]
            yield [UUID(path.rpartition("/")[2]) for path in old]


@contextmanager
def _translated() -> Iterator[None]:
    """Translate the library's error, which covers all failures of a system or a server."""
    try:
        yield
    except BaseError as error:
        is_full = any(f"(os error {code})" in str(error) for code in STORAGE_FULL)
        raise (StorageFull if is_full else StorageAway) from error


@cache
def storage_of(settings: FileSettings) -> Storage:
    """Return the process's storage, which keeps connections open."""
    if settings.bucket is None:
        return Storage(LocalStore(settings.folder, mkdir=True))
    secret = settings.secret_key
    return Storage(
        S3Store(
            settings.bucket,
            region=settings.region,
            endpoint=settings.endpoint,
            access_key_id=settings.access_key,
            secret_access_key=secret.get_secret_value() if secret else None,
            client_options={"allow_http": (settings.endpoint or "").startswith("http://")},
        )
    )


def _path(tenant_id: UUID, file_id: UUID) -> str:
    return f"{tenant_id}/{file_id}"


async def _pieces(found: Any) -> AsyncIterator[bytes]:
    async for piece in found.stream(min_chunk_size=PIECE):
        yield bytes(piece)
