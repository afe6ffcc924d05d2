"""Lists are exported as they are listed, and rows are created through the module's own route."""

import asyncio
import csv
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from fastapi import APIRouter, FastAPI
from httpx import AsyncClient, Response

from app.config import Settings
from app.core.auth import Actor
from app.core.csv import CsvRoutes
from app.core.jobs.operations import list_jobs, retry_jobs
from app.core.module import Module
from app.core.permissions import Role
from app.core.runtime import Runtime
from app.core.unit_of_work import CurrentWork, open_unit
from app.core.worker.cancelling import cancel
from app.kit import clock
from app.main import create_app
from tests.support import notes
from tests.support.clients import client_of
from tests.support.notes import names
from tests.support.people import Person, add_member
from tests.support.queue import until, worker

URL, HIDING_URL = "/api/v1/test-notes-csv/csv", "/api/v1/test-notes-hiding/csv"

router = APIRouter(prefix="/test-notes-csv", tags=["test_notes_csv"])
routes = CsvRoutes("test_notes_csv", list_all=notes.list_all, create=notes.create)
routes.add_to(router)
hiding_router = APIRouter(prefix="/test-notes-hiding", tags=["test_notes_csv"])
hiding = CsvRoutes("test_notes_hiding", list_all=notes.list_all, private=("name",))
hiding.add_to(hiding_router)
CSV = Module(
    name="test_notes_csv",
    routers=(router, hiding_router),
    tags={"test_notes_csv": "CSV of notes."},
    jobs=routes.jobs,
)
SMALL = {"max_rows": 5, "rows_at_once": 2, "max_bytes": 2000, "waiting_per_tenant": 2}
LONG = "name\na\nb\nc\n"


@pytest_asyncio.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    limits = settings.csv.model_copy(update=SMALL)
    modules = (*notes.modules_and_notes(), CSV)
    app = create_app(settings.model_copy(update={"csv": limits}), modules)
    yield app
    await app.state.runtime.close()


@pytest.fixture(scope="session")
def runtime(app: FastAPI) -> Runtime:
    runtime: Runtime = app.state.runtime
    return runtime


def lines_of(answer: Response) -> list[list[str]]:
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return [*csv.reader(answer.text.removeprefix("\ufeff").splitlines(keepends=True))]


async def send(client: AsyncClient, content: str) -> Response:
    return await client.post(URL, content=content.encode(), headers={"Content-Type": "text/csv"})


def errors_of(answer: Response) -> list[tuple[str, str]]:
    assert answer.status_code == 422
    return [(each["pointer"], each["detail"]) for each in answer.json()["errors"]]


class TestExport:
    async def test_has_no_private_columns(self, client: AsyncClient) -> None:
        await client.post(notes.URL, json={"name": "Anna"})

        header, row = lines_of(await client.get(HIDING_URL))

        assert (header, len(row)) == (["id"], 1)

    async def test_has_the_rows_of_the_tenant_only(
        self, client: AsyncClient, rival_client: AsyncClient
    ) -> None:
        for name in ("Anna", "=1+1"):
            await client.post(notes.URL, json={"name": name})

        header, *rows = lines_of(await client.get(URL))
        others = lines_of(await rival_client.get(URL))

        assert header == ["id", "name"]
        assert [row[1] for row in rows] == ["'=1+1", "Anna"]
        assert others == [header]

    async def test_goes_on_page_by_page(
        self, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.core.csv._exporting.PAGE", 2)
        for number in range(5):
            await client.post(notes.URL, json={"name": str(number)})

        _, *rows = lines_of(await client.get(URL))

        assert [row[1] for row in rows] == ["4", "3", "2", "1", "0"]

    async def test_is_a_file_to_save(self, client: AsyncClient) -> None:
        answer = await client.get(URL)

        assert answer.headers["content-disposition"] == 'attachment; filename="test_notes_csv.csv"'

    async def test_has_the_parameters_of_the_list_without_pages(self, client: AsyncClient) -> None:
        answer = await client.get(URL, params={"limit": 3})

        assert errors_of(answer) == [("/query/limit", "This parameter is not known here")]

    async def test_needs_a_log_in(self, anonymous: AsyncClient) -> None:
        assert (await anonymous.get(URL)).status_code == 401


class TestImport:
    async def test_creates_a_row_for_each_line(
        self, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        answer = await send(client, "id,name\r\nx,Anna\r\n,'=1\r\n")

        assert answer.status_code == 201
        assert answer.json() == {"id": None, "state": "done", "rows": 2, "created": 2, "errors": []}
        assert await names(runtime, owner) == {"Anna", "=1"}

    async def test_creates_nothing_if_a_line_is_wrong(
        self, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        answer = await send(client, f"name\nAnna\n{'x' * 121}\n")

        assert errors_of(answer) == [("/lines/3/name", "String should have at most 120 characters")]
        assert answer.json()["detail"] == "Nothing was imported. Errors in the file: 1."
        assert await names(runtime, owner) == set()

    async def test_speaks_the_language_of_the_reader(self, client: AsyncClient) -> None:
        headers = {"Content-Type": "text/csv", "Accept-Language": "de"}

        answer = await client.post(URL, content=b"nome\nAnna\n", headers=headers)

        assert answer.json()["title"] == "Die Datei wurde nicht importiert"
        assert ("/lines/1/nome", "Dieses Feld gibt es nicht. Ist name gemeint?") in errors_of(
            answer
        )

    @pytest.mark.parametrize("content", ["name\n" + "a\n" * 6, "name\n" + "a" * 2000])
    async def test_refuses_what_is_too_large(self, client: AsyncClient, content: str) -> None:
        answer = await send(client, content)

        assert answer.status_code == 413
        assert answer.json()["detail"] == "A file may have 2000 bytes and 5 rows."

    async def test_needs_the_permission_to_create(self, app: FastAPI, owner: Person) -> None:
        viewer = await add_member(app.state.runtime, owner, Role.VIEWER)
        async with client_of(app, viewer) as client:
            answer = await send(client, "name\nAnna\n")

        assert answer.status_code == 403


class TestJob:
    async def test_imports_a_long_file(
        self, client: AsyncClient, rival_client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        answer = await send(client, "name\na\nb\nc\n")
        address = f"{URL}/{answer.json()['id']}"

        async with worker(runtime):
            report = await until(lambda: ended(client, address))

        assert answer.status_code == 202
        assert answer.json()["state"] == "waiting"
        assert report == {**answer.json(), "state": "done", "created": 3}
        assert await names(runtime, owner) == {"a", "b", "c"}
        assert (await rival_client.get(address)).status_code == 404

    async def test_reports_what_is_wrong_and_creates_nothing(
        self, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        answer = await send(client, f"name\na\n{'x' * 121}\nc,d\n")
        address = f"{URL}/{answer.json()['id']}"

        async with worker(runtime):
            report = await until(lambda: ended(client, address))

        assert report["state"] == "refused"
        assert [(each["line"], each["field"]) for each in report["errors"]] == [
            (3, "name"),
            (4, ""),
        ]
        assert await names(runtime, owner) == set()
        german = (await client.get(address, headers={"Accept-Language": "de"})).json()
        assert (
            german["errors"][1]["detail"]
            == "Zellen in dieser Zeile: 2. Felder in der ersten Zeile: 1."
        )


class TestJobThatDoesNotRun:
    async def test_is_one_of_a_few_of_a_tenant(
        self, client: AsyncClient, rival_client: AsyncClient, runtime: Runtime
    ) -> None:
        sent = [await send(client, LONG) for _ in range(3)]
        others = await send(rival_client, LONG)
        short = await send(client, "name\nd\n")
        async with worker(runtime):
            await until(lambda: ended(client, f"{URL}/{sent[0].json()['id']}"))
            await until(lambda: ended(client, f"{URL}/{sent[1].json()['id']}"))

        assert [each.status_code for each in sent] == [202, 202, 429]
        assert (sent[2].json()["detail"], sent[2].headers["retry-after"]) == (
            "At most 2 files may wait for their import. Send this one when one of them is done.",
            "60",
        )
        assert (others.status_code, short.status_code) == (202, 201)
        assert (await send(client, LONG)).status_code == 202

    async def test_is_not_exceeded_by_files_at_the_same_time(self, client: AsyncClient) -> None:
        sent = await asyncio.gather(*(send(client, LONG) for _ in range(5)))

        assert sorted(each.status_code for each in sent) == [202, 202, 429, 429, 429]

    async def test_says_that_it_was_cancelled(
        self, client: AsyncClient, runtime: Runtime, owner: Person
    ) -> None:
        address = f"{URL}/{(await send(client, LONG)).json()['id']}"

        number = await cancelled(runtime, owner)
        report = (await client.get(address)).json()
        await again(runtime, number)
        async with worker(runtime):
            await until(lambda: failed(runtime, number))

        assert (report["state"], report["errors"]) == (
            "failed",
            [{"line": 1, "field": "", "detail": "The import was cancelled."}],
        )
        assert (await client.get(address)).json() == report
        assert await names(runtime, owner) == set()
        assert (await send(client, LONG)).status_code == 202

    async def test_is_given_up_after_a_day(
        self, client: AsyncClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The queue has lost it, for example to somebody who deleted its row."""
        sent = [await send(client, LONG) for _ in range(2)]
        now = clock.now()
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=25))

        answer = await send(client, LONG)

        assert answer.status_code == 202
        report = (await client.get(f"{URL}/{sent[0].json()['id']}")).json()
        assert report["state"] == "failed"


async def cancelled(runtime: Runtime, owner: Person) -> int:
    """Cancel the tenant's only job that waits to import notes, as an operator."""
    async with open_unit(runtime, Actor.operator(), None) as work:
        waiting = await list_jobs(work, statuses=["todo"], name=routes.jobs[0].name)
        [number] = [job.id for job in waiting if job.tenant_id == owner.tenant_id]
        assert await cancel(work, number)
    return number


async def again(runtime: Runtime, number: int) -> None:
    async with open_unit(runtime, Actor.operator(), None) as work:
        assert await retry_jobs(work, [number]) == [number]


async def failed(runtime: Runtime, number: int) -> bool:
    async with open_unit(runtime, Actor.operator(), None) as work:
        return number in [each.id for each in await list_jobs(work, statuses=["failed"])]


async def ended(client: AsyncClient, address: str) -> dict[str, Any] | None:
    report: dict[str, Any] = (await client.get(address)).json()
    return report if report["state"] != "waiting" else None


class TestRoutes:
    def test_describe_what_they_answer(self, app: FastAPI) -> None:
        path = app.openapi()["paths"][URL]

        assert list(path["get"]["responses"]["200"]["content"]) == ["text/csv"]
        assert list(path["post"]["requestBody"]["content"]) == ["text/csv"]
        assert {"201", "202"} <= path["post"]["responses"].keys()

    def test_refuse_dependencies_that_are_no_services(self) -> None:
        async def create(work: CurrentWork) -> None: ...

        with pytest.raises(TypeError, match="work must be a service"):
            CsvRoutes("notes", create=create)
