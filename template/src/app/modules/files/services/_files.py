import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.core.jobs import Job, job
from app.core.personal_data import exported
from app.core.references import reference
from app.core.unit_of_work import CurrentWork, UnitOfWork
from app.kit import clock
from app.kit.ids import new_id
from app.kit.rows import Rows

from ..errors import NotAnImage, ObjectLost, UploadTooSlow
from ..events import FileDeleted, FileStored
from ..permissions import FilePermission
from ..repositories import FileRepository, StoredFile
from ..settings import FileSettings
from ..storage import storage_of
from ._uploads import Upload, one_more_upload

ORPHANS_WAIT = timedelta(days=1)
"""Longer than any upload takes: an object of this age without a row will never get one."""


@dataclass(frozen=True)
class Content:
    file: StoredFile
    pieces: AsyncIterator[bytes]


class FileService:
    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.files = FileRepository(work.session)
        self.settings = work.runtime.settings_of(FileSettings)
        self.storage = storage_of(self.settings)

    async def list(self, *, limit: int, cursor: str | None = None) -> Rows[StoredFile]:
        self.work.require(FilePermission.READ)
        return await self.files.list(limit=limit, cursor=cursor)

    async def get(self, file_id: UUID) -> StoredFile:
        self.work.require(FilePermission.READ)
        return await self.files.get(file_id)

    async def check_images(self, **file_ids: UUID | None) -> None:
        """Check the fields of a body that refer to images. Raises ReferenceNotFound, NotAnImage."""
        for field, file_id in file_ids.items():
            if file_id is not None:
                with reference(field):
                    file = await self.get(file_id)
                if not file.media_type.startswith("image/"):
                    raise NotAnImage(field, file.media_type)

    async def store(self, *, name: str, pieces: AsyncIterator[bytes]) -> StoredFile:
        """Write the object first, then its row; delete the object if anything fails.

        Raises FileTooLarge, FileTypeRefused, UploadTooSlow, TooManyUploads.
        """
        self.work.require(FilePermission.CREATE)
        most = self.settings.uploads_per_user
        with one_more_upload(self.work.actor.person_id, most=most):
            return await self._store(name, pieces)

    async def _store(self, name: str, pieces: AsyncIterator[bytes]) -> StoredFile:
        file_id, upload = new_id(), Upload(pieces, self.settings)
        try:
            await self._write(file_id, upload)
            return await self._keep(file_id, name, upload)
        except BaseException:  # a cancelled request must not leave an object either
            await self.delete_object(file_id)
            raise

    async def open(self, file_id: UUID) -> Content:
        """Raises ObjectLost."""
        self.work.require(FilePermission.READ)
        file = await self.files.get(file_id)
        try:
            pieces = await self.storage.read(file.tenant_id, file.id)
        except FileNotFoundError:
            raise ObjectLost from None
        return Content(file, pieces)

    async def delete(self, file_id: UUID) -> None:
        """Delete the row. A job deletes the object, if and only if the deletion is committed."""
        self.work.require(FilePermission.DELETE)
        file = await self.files.get(file_id)
        await self.files.delete(file)
        self.work.audit("files.deleted", before=file)
        self.work.publish(FileDeleted(file_id))
        self.work.enqueue(delete_object, file_id=file_id)

    async def delete_object(self, file_id: UUID) -> None:
        await self.storage.delete(self.work.tenant.tenant_id, file_id)

    async def sweep(self) -> None:
        """Delete objects whose row was never committed."""
        tenant_id = self.work.tenant.tenant_id
        async for ids in self.storage.written_before(tenant_id, clock.now() - ORPHANS_WAIT):
            for orphan in set(ids) - await self.files.existing(ids):
                await self.storage.delete(tenant_id, orphan)

    async def delete_tenant_objects(self, tenant_id: UUID) -> None:
        """Delete the tenant's objects, after its deletion has removed the rows."""
        await self.storage.delete_all(tenant_id)

    async def _write(self, file_id: UUID, upload: Upload) -> None:
        """Write the object. No transaction is open meanwhile. Raises UploadTooSlow."""
        try:
            async with asyncio.timeout(self.settings.upload_seconds):
                await self.storage.write(self.work.tenant.tenant_id, file_id, upload.pieces())
        except TimeoutError:
            raise UploadTooSlow from None

    async def _keep(self, file_id: UUID, name: str, upload: Upload) -> StoredFile:
        file = await self.files.create(
            id=file_id,
            name=name,
            media_type=upload.media_type,
            size=upload.size,
            sha256=upload.sha256,
            created_by=self.work.actor.user_id,
        )
        self.work.publish(FileStored(file.id))
        return file


@job(name="files.delete_object")
async def delete_object(work: UnitOfWork, file_id: UUID) -> None:
    await FileService(work).delete_object(file_id)


@job(name="files.sweep", cron="3 5 * * *", each_tenant=True)
async def sweep(work: UnitOfWork) -> None:
    await FileService(work).sweep()


FILE_JOBS: tuple[Job, ...] = (delete_object, sweep)


async def export_files_of(work: UnitOfWork, user_id: UUID) -> list[dict[str, Any]]:
    """Return the names, types and sizes of the files that the user has uploaded."""
    return exported(await FileRepository(work.session).list_of(user_id))
