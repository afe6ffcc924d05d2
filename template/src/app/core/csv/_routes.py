"""Routes that export a list as CSV, and import rows from it."""

import asyncio
from collections.abc import Collection
from inspect import Parameter
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, status
from fastapi.responses import JSONResponse

from app.core.errors import NotFound
from app.core.http import streamed
from app.core.http.language import language_of
from app.core.jobs import Job
from app.core.permissions import guard_of, permission
from app.core.unit_of_work import CurrentWork

from ._calls import Call, Endpoint, with_signature
from ._exporting import CsvResponse, Export
from ._importing import Import, read_body, write_rows
from ._jobs import import_job, report_of, store
from ._models import CsvImportRepository
from ._schemas import CsvReport

PAGING = ("limit", "cursor")
A_FILE: dict[str, Any] = {"requestBody": {"required": True, "content": {"text/csv": {}}}}
WORK = Parameter("work", Parameter.KEYWORD_ONLY, annotation=CurrentWork)
REQUEST = Parameter("request", Parameter.KEYWORD_ONLY, annotation=Request)


class CsvRoutes:
    """`GET …/csv` for a module's list, and `POST …/csv` for rows to create. docs/csv.md

    They call the functions of the module's own routes, which say what is filtered, what a row
    needs, and which permission each of the two takes. The `private` columns are in no export. In
    routes.py, before routes of one row:

        csv = CsvRoutes("invoices", list_all=list_all, create=create)
        csv.add_to(router)

    In module.py: `jobs=csv.jobs`.
    """

    def __init__(
        self,
        name: str,
        *,
        list_all: Endpoint | None = None,
        create: Endpoint | None = None,
        private: Collection[str] = (),
    ) -> None:
        self.name = name
        self._export = Export(name, Call(list_all), private) if list_all else None
        exported = [*self._export.row.model_fields] if self._export else ()
        self._import = Import(Call(create), exported) if create else None
        self.jobs: tuple[Job, ...] = ()
        if self._import:
            self._job = import_job(name, self._import)
            self.jobs = (self._job,)

    def add_to(self, router: APIRouter) -> None:
        if self._export:
            router.add_api_route(
                "/csv", _exporting(self._export), methods=["GET"], response_class=CsvResponse
            )
        if self._import:
            router.add_api_route(
                "/csv",
                self._importing(self._import),
                methods=["POST"],
                status_code=status.HTTP_201_CREATED,
                response_model=CsvReport,
                responses={202: {"model": CsvReport, "description": "A job imports the file"}},
                openapi_extra=A_FILE,
            )
            router.add_api_route(
                "/csv/{import_id}",
                self._reporting(self._import),
                methods=["GET"],
                response_model=CsvReport,
            )

    def _importing(self, rows: Import) -> Endpoint:
        name, import_job = self.name, self._job

        async def import_csv(request: Request, work: CurrentWork, **_: Any) -> Any:
            """Create a row for each line of a CSV file, or none if one of them is wrong.

            A long file is imported by a job: the answer is 202 then.
            """
            settings = work.runtime.settings.csv
            work.require_guard(_guard(rows.create))
            content = await read_body(request.stream(), settings)
            file = await asyncio.to_thread(rows.read, content, settings)
            if len(file.rows) <= settings.rows_at_once:
                created = await write_rows(rows, work, file)
                return CsvReport(id=None, state="done", rows=created, created=created, errors=[])
            stored = await store(work, name, content, len(file.rows))
            work.enqueue(import_job, stored.id)
            report = report_of(stored).model_dump(mode="json")
            return JSONResponse(report, status.HTTP_202_ACCEPTED)

        parameters = {"request": REQUEST, "work": WORK, **rows.create.services}
        described = with_signature(import_csv, rows.create, parameters)
        return permission(_guard(rows.create))(streamed(described))

    def _reporting(self, rows: Import) -> Endpoint:
        name = self.name

        async def read_csv_import(
            import_id: UUID, request: Request, work: CurrentWork
        ) -> CsvReport:
            """Return what became of a file that a job imports."""
            work.require_guard(_guard(rows.create))
            stored = await CsvImportRepository(work.session).get(import_id)
            if stored.name != name:
                raise NotFound
            return report_of(stored, language_of(request.scope))

        read_csv_import.__module__ = rows.create.endpoint.__module__
        return permission(_guard(rows.create))(read_csv_import)


def _exporting(rows: Export) -> Endpoint:
    async def export_csv(work: CurrentWork, **arguments: Any) -> CsvResponse:
        """Export the rows of the list as CSV, with its filters and sorts."""
        return await rows.answer(work, arguments)

    shown = {name: each for name, each in rows.list.others.items() if name not in PAGING}
    parameters = {"work": WORK, **rows.list.services, **shown}
    return permission(_guard(rows.list))(with_signature(export_csv, rows.list, parameters))


def _guard(call: Call) -> str:
    """Return the permission of a route. Raises TypeError: a route without one has no CSV."""
    if (guard := guard_of(call.endpoint)) is None:
        raise TypeError(f"{call.endpoint.__name__} needs @permission")
    return guard
