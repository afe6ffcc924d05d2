import asyncio
import resource
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient
from obstore.exceptions import GenericError
from obstore.store import LocalStore

from app.core.permissions import Role
from app.core.references import ReferenceNotFound
from app.core.runtime import Runtime
from app.core.unit_of_work import UnitOfWork, open_unit
from app.kit import clock
from app.kit.ids import new_id
from app.modules.tenants import TenantDeleted, TenantService
from tests.support.jobs import run_waiting
from tests.support.people import Person, add_member

from ..errors import NotAnImage, TooManyUploads, UploadTooSlow
from ..services import FileService
from ..settings import FileSettings
from ..storage import Storage
from ..subscribers import delete_tenant_objects
from .factory import make_file

URL = "/api/v1/files"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
MEGABYTE = b"All work and no play.\n" * 48_000


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def upload(client: AsyncClient, content: Any = PNG, name: str = "dot.png") -> dict[str, Any]:
    answer = await client.post(URL, params={"name": name}, content=content)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def objects_of(storage: Storage, tenant_id: UUID) -> list[UUID]:
    later = clock.now() + timedelta(days=1)
    return [each async for batch in storage.written_before(tenant_id, later) for each in batch]


class TestImage:
    async def test_is_a_file_whose_type_says_so(
        self, work: UnitOfWork, rival_work: UnitOfWork
    ) -> None:
        image, text = await make_file(work), await make_file(work, media_type="text/plain")
        strange = await make_file(rival_work)
        await rival_work.commit()
        service = FileService(work)

        await service.check_images(photo_id=image.id, other_id=None)
        with pytest.raises(NotAnImage) as refused:
            await service.check_images(photo_id=image.id, logo_id=text.id)
        with pytest.raises(ReferenceNotFound, match="photo_id"):
            await service.check_images(photo_id=strange.id)

        assert [error.pointer for error in refused.value.errors] == ["/body/logo_id"]


class TestUpload:
    async def test_comes_back_as_it_was(self, client: AsyncClient) -> None:
        file = await upload(client, name="Grüße.png")

        answer = await client.get(f"{URL}/{file['id']}/content")

        assert answer.content == PNG
        assert (file["size"], file["sha256"]) == (len(PNG), sha256(PNG).hexdigest())
        assert answer.headers["content-type"] == file["media_type"] == "image/png"
        assert answer.headers["content-length"] == str(len(PNG))
        assert answer.headers["content-disposition"].startswith(
            "attachment; filename*=UTF-8''Gr%C3"
        )
        assert answer.headers["x-content-type-options"] == "nosniff"

    async def test_is_never_in_memory_as_a_whole(
        self, work: UnitOfWork, settings_of_files: FileSettings
    ) -> None:
        """63 MB need less than a third of that in memory. The S3 server is in this process too."""
        service = FileService(work)
        tracemalloc.start()
        file = await service.store(name="long.txt", pieces=pieces(*[MEGABYTE] * 60))
        read = sum([len(piece) async for piece in (await service.open(file.id)).pieces])
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert file.size == read == 60 * len(MEGABYTE)
        assert most < 25_000_000 or settings_of_files.bucket

    async def test_may_be_larger_than_other_bodies(
        self, client: AsyncClient, runtime: Runtime
    ) -> None:
        assert runtime.settings.http.max_body_bytes < 3 * len(MEGABYTE)

        file = await upload(client, pieces(*[MEGABYTE] * 3), "long.txt")

        assert file["media_type"] == "text/plain"

    async def test_of_too_many_bytes_leaves_nothing(
        self, client: AsyncClient, storage: Storage, owner: Person
    ) -> None:
        answer = await client.post(URL, params={"name": "x"}, content=pieces(*[MEGABYTE] * 80))

        assert answer.status_code == 413
        assert answer.json()["title"] == "This file is too large"
        assert await objects_of(storage, owner.tenant_id) == []
        assert (await client.get(URL)).json()["items"] == []

    @pytest.mark.parametrize(
        "content", [b"<!DOCTYPE html><script>", b"MZ\x90\0" + b"\0" * 60, b"\0\1\2", b"\x7fELF\2\1"]
    )
    async def test_is_what_its_bytes_say(
        self, client: AsyncClient, storage: Storage, owner: Person, content: bytes
    ) -> None:
        answer = await client.post(
            URL, params={"name": "me.png"}, content=content, headers={"content-type": "image/png"}
        )

        assert answer.status_code == 415
        assert await objects_of(storage, owner.tenant_id) == []

    @pytest.mark.parametrize("name", ["", "../x", "a/b", "a\\b", "a\nb", "x" * 256])
    async def test_refuses_names_that_lead_somewhere(self, client: AsyncClient, name: str) -> None:
        answer = await client.post(URL, params={"name": name}, content=PNG)

        assert answer.status_code == 422

    async def test_is_refused_before_it_is_read(
        self, anonymous: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        viewer = await add_member(runtime, owner, Role.VIEWER)

        answer = await anonymous.post(
            URL, params={"name": "x"}, content=never_read(), headers=viewer.headers
        )

        assert answer.status_code == 403

    async def test_that_takes_too_long_ends(
        self, work: UnitOfWork, settings_of_files: FileSettings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        service = FileService(work)
        hasty = settings_of_files.model_copy(update={"upload_seconds": 0})
        monkeypatch.setattr(service, "settings", hasty)

        with pytest.raises(UploadTooSlow):
            await service.store(name="x", pieces=pieces(PNG))

    async def test_that_pauses_is_given_up(
        self, work: UnitOfWork, monkeypatch: pytest.MonkeyPatch, settings_of_files: FileSettings
    ) -> None:
        service = FileService(work)
        hasty = settings_of_files.model_copy(update={"pause_seconds": 0.1})
        monkeypatch.setattr(service, "settings", hasty)

        with pytest.raises(UploadTooSlow):
            await service.store(name="x", pieces=stalled(PNG, asyncio.Event()))

    async def test_is_one_of_a_few_at_a_time(
        self, runtime: Runtime, owner: Person, settings_of_files: FileSettings
    ) -> None:
        go_on = asyncio.Event()
        async with open_unit(runtime, owner.actor, owner.context) as work:
            service = FileService(work)
            service.settings = settings_of_files.model_copy(update={"uploads_per_user": 1})
            begun = asyncio.Event()
            first = asyncio.create_task(service.store(name="x", pieces=stalled(PNG, go_on, begun)))
            await begun.wait()

            with pytest.raises(TooManyUploads):
                await service.store(name="y", pieces=pieces(PNG))
            with pytest.raises(TooManyUploads):
                await with_key(service, owner).store(name="y", pieces=pieces(PNG))
            go_on.set()
            await first

            assert (await service.store(name="y", pieces=pieces(PNG))).name == "y"


def with_key(service: FileService, maker: Person) -> FileService:
    """Return the service for a new API key of the user, which is no fresh bucket."""
    actor = replace(maker.actor, user_id=None, api_key_id=new_id(), made_by=maker.user_id)
    work = service.work
    another = FileService(UnitOfWork(work.runtime, actor, work.context, session=work.session))
    another.settings = service.settings
    return another


async def stalled(
    first: bytes, go_on: asyncio.Event, begun: asyncio.Event | None = None
) -> AsyncIterator[bytes]:
    if begun is not None:
        begun.set()
    yield first
    await go_on.wait()


class TestStorageFull:
    """A full disk; the limit of file sizes of this process fails in the same way."""

    async def test_says_so_and_leaves_nothing(
        self, client: AsyncClient, storage: Storage, owner: Person, tmp_path: Path
    ) -> None:
        if not is_folder(storage):
            pytest.skip("a bucket has no end")
        with files_of_at_most(len(MEGABYTE)):
            answer = await client.post(URL, params={"name": "x"}, content=pieces(*[MEGABYTE] * 9))

        assert answer.status_code == 503
        assert answer.json()["title"] == "The storage is full"
        assert int(answer.headers["Retry-After"]) > 1
        assert await objects_of(storage, owner.tenant_id) == []
        assert files_below(tmp_path) == []
        assert (await client.get(URL)).json()["items"] == []
        await upload(client)

    async def test_of_a_storage_that_refuses_is_a_problem_too(
        self, client: AsyncClient, storage: Storage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = await upload(client)
        monkeypatch.setattr(storage, "_store", Refusing())

        answers = [
            await client.post(URL, params={"name": "x"}, content=PNG),
            await client.get(f"{URL}/{file['id']}/content"),
        ]

        assert [answer.status_code for answer in answers] == [503, 503]
        assert all(answer.headers["Retry-After"] for answer in answers)


class Refusing:
    async def put_async(self, *_: Any, **__: Any) -> None:
        raise GenericError("Error performing PUT: connection refused")

    get_async = delete_async = put_async


def files_below(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()]


def is_folder(storage: Storage) -> bool:
    return isinstance(storage._store, LocalStore)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


class TestAnotherTenant:
    @pytest.mark.parametrize(
        ("method", "path"),
        [("GET", ""), ("GET", "/content"), ("POST", "/links"), ("DELETE", "")],
    )
    async def test_finds_nothing(
        self, client: AsyncClient, rival_client: AsyncClient, method: str, path: str
    ) -> None:
        file = await upload(client)

        answer = await rival_client.request(method, f"{URL}/{file['id']}{path}")

        assert answer.status_code == 404
        assert (await rival_client.get(URL)).json()["items"] == []


class TestDelete:
    async def test_takes_the_object_after_the_row(
        self, client: AsyncClient, runtime: Runtime, storage: Storage, owner: Person
    ) -> None:
        file = await upload(client)

        answer = await client.delete(f"{URL}/{file['id']}")

        assert answer.status_code == 204
        assert len(await objects_of(storage, owner.tenant_id)) == 1
        await run_waiting(runtime, owner)
        assert await objects_of(storage, owner.tenant_id) == []

    async def test_that_is_rolled_back_keeps_both(
        self, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        file = await upload(client)

        with pytest.raises(ZeroDivisionError):
            await delete_in_vain(runtime, owner, UUID(file["id"]))
        await run_waiting(runtime, owner)

        assert (await client.get(f"{URL}/{file['id']}/content")).content == PNG

    async def test_of_the_tenant_takes_all_objects(
        self, client: AsyncClient, runtime: Runtime, storage: Storage, owner: Person, rival: Person
    ) -> None:
        for _ in range(3):
            await upload(client)
        await storage.write(rival.tenant_id, new_id(), pieces(PNG))
        async with open_unit(runtime, owner.actor, owner.context) as work:
            await TenantService(work).delete()

        async with open_unit(runtime, owner.actor, None) as work:
            await delete_tenant_objects.handle(work, TenantDeleted(owner.tenant_id))

        assert await objects_of(storage, owner.tenant_id) == []
        assert len(await objects_of(storage, rival.tenant_id)) == 1


class TestSweep:
    async def test_deletes_old_objects_without_a_row(
        self,
        client: AsyncClient,
        work: UnitOfWork,
        storage: Storage,
        owner: Person,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        file, orphan = await upload(client), new_id()
        await storage.write(owner.tenant_id, orphan, pieces(PNG))
        await FileService(work).sweep()
        assert len(await objects_of(storage, owner.tenant_id)) == 2
        later = clock.now() + timedelta(days=2)
        monkeypatch.setattr(clock, "now", lambda: later)

        await FileService(work).sweep()

        assert [str(each) for each in await objects_of(storage, owner.tenant_id)] == [file["id"]]


class TestContent:
    async def test_that_is_gone_is_a_problem(
        self, client: AsyncClient, storage: Storage, owner: Person
    ) -> None:
        file = await upload(client)
        await storage.delete(owner.tenant_id, UUID(file["id"]))

        answer = await client.get(f"{URL}/{file['id']}/content")

        assert answer.status_code == 404
        assert answer.json()["title"] == "The content of this file is gone"


async def never_read() -> AsyncIterator[bytes]:
    raise AssertionError("the body was read")
    yield b""


async def delete_in_vain(runtime: Runtime, person: Person, file_id: UUID) -> None:
    async with open_unit(runtime, person.actor, person.context) as work:
        await FileService(work).delete(file_id)
        raise ZeroDivisionError
