"""The job that imports a file which is too long for a request."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.core.jobs import Job, JobRefused, JobSkipped, job
from app.core.jobs.errors import JobCancelled
from app.core.languages import ENGLISH, message, translate
from app.core.unit_of_work import UnitOfWork
from app.kit import clock

from ._errors import MOST_ERRORS, CsvRefused, LineError, TooManyImports
from ._importing import Import, write_rows
from ._models import CsvImport, CsvImportRepository
from ._schemas import CsvError, CsvReport

TIMEOUT = timedelta(minutes=30)
KEPT = timedelta(days=30)
LONGEST_WAIT = timedelta(days=1)
FAILED = message("The file could not be imported. Try again later.")
CANCELLED = message("The import was cancelled.")


class Refused(JobSkipped):
    """The file has errors: the run is over, its transaction is rolled back, and none follows."""

    def __init__(self, refused: CsvRefused) -> None:
        super().__init__(str(refused))
        self.refused = refused


def import_job(name: str, rows: Import) -> Job[[UUID]]:
    """Return the job of a module's files; its rows and its report have one transaction."""

    async def import_csv(work: UnitOfWork, import_id: UUID) -> None:
        imports = CsvImportRepository(work.session)
        stored = await imports.get(import_id)
        if stored.content is None:
            raise JobRefused("the import has ended, and its file is deleted: send the file again")
        content, settings = stored.content.encode(), work.runtime.settings.csv
        file = await asyncio.to_thread(rows.read, content, settings)
        try:
            created = await write_rows(rows, work, file)
        except CsvRefused as refused:
            raise Refused(refused) from refused
        await imports.change(stored, state="done", content=None, created=created)

    declared: Job[[UUID]] = job(name=f"{name}.import_csv", timeout=TIMEOUT)(import_csv)
    return replace(declared, after_failure=_report)


async def _report(
    work: UnitOfWork, error: Exception, is_last: bool, arguments: dict[str, Any]
) -> None:
    """Write down what was wrong, in a transaction of its own."""
    imports = CsvImportRepository(work.session)
    stored = await imports.find(UUID(arguments["import_id"]))
    if stored is None or stored.state != "waiting":
        return
    if isinstance(error, Refused):
        report = {"errors": _listed(error.refused.lines), "count": len(error.refused.lines)}
        await imports.change(stored, state="refused", content=None, report=report)
    elif is_last:
        detail = CANCELLED if isinstance(error, JobCancelled) else FAILED
        await imports.change(stored, state="failed", content=None, report=_said(detail))


async def store(work: UnitOfWork, name: str, content: bytes, rows: int) -> CsvImport:
    """Store a file for the job, and delete what became of files a month ago.

    A file whose job is lost, such as one that somebody deleted from the queue, waits a day at most.
    Raises TooManyImports.
    """
    imports, now = CsvImportRepository(work.session), clock.now()
    await imports.delete_before(now - KEPT)
    await imports.give_up_before(now - LONGEST_WAIT, report=_said(FAILED))
    most = work.runtime.settings.csv.waiting_per_tenant
    if await imports.count_in_turn(state="waiting") >= most:
        raise TooManyImports(most=most, headers={"Retry-After": "60"})
    return await imports.create(name=name, content=content.decode("utf-8-sig"), rows=rows)


def report_of(stored: CsvImport, language: str = ENGLISH) -> CsvReport:
    errors = [
        CsvError(**{**each, "detail": translate(language, each["detail"])})
        for each in stored.report.get("errors", ())
    ]
    return CsvReport.model_validate(
        {
            "id": stored.id,
            "state": stored.state,
            "rows": stored.rows,
            "created": stored.created,
            "errors": errors,
        }
    )


def _said(detail: str) -> dict[str, Any]:
    """Return a report that says one thing about the whole file."""
    return {"errors": _listed([LineError(1, "", detail)])}


def _listed(errors: tuple[LineError, ...] | list[LineError]) -> list[dict[str, Any]]:
    return [
        {"line": each.line, "field": each.field, "detail": each.detail}
        for each in errors[:MOST_ERRORS]
    ]
