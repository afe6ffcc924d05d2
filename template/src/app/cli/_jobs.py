"""`app jobs`: list waiting and failed jobs, retry and cancel them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Annotated

import typer

from app.core.jobs.operations import LIVE, UNSUCCESSFUL, QueuedJob, list_jobs, retry_jobs
from app.core.unit_of_work import UnitOfWork
from app.core.worker.cancelling import cancel as cancel_job

Statuses = Annotated[
    list[str] | None,
    typer.Option("--status", help="todo, doing, succeeded, failed, aborted or cancelled."),
]
Limit = Annotated[int, typer.Option(min=1)]
Ids = Annotated[list[int] | None, typer.Argument(help="As `app jobs failed` shows them.")]
Name = Annotated[str | None, typer.Option("--name", help="Only jobs of this name.")]
All = Annotated[str | None, typer.Option("--name", help="Instead of ids: all jobs of this name.")]
Act = Callable[[UnitOfWork, list[int]], Awaitable[int]]
AGAIN = ("failed", "aborted")
BATCH = 500


def job_commands(open_work: Callable[[], AbstractAsyncContextManager[UnitOfWork]]) -> typer.Typer:
    """`open_work` opens a unit of work of the operator, for no tenant."""
    commands = typer.Typer(help="Jobs: what waits, what failed, another try.", no_args_is_help=True)

    @commands.command("list")
    def list_(status: Statuses = None, name: Name = None, limit: Limit = 50) -> None:
        """List jobs that wait or run; with --status any others."""
        asyncio.run(_show(status or LIVE, name, limit))

    @commands.command()
    def failed(name: Name = None, limit: Limit = 50) -> None:
        """List jobs that failed, were skipped (their tenant is suspended) or were cancelled."""
        asyncio.run(_show(UNSUCCESSFUL, name, limit))

    @commands.command()
    def retry(ids: Ids = None, name: All = None) -> None:
        """Run them again, with all their attempts. By name: those that failed or were skipped."""
        _check_choice(ids, name)
        asyncio.run(_retry(ids, name))

    @commands.command()
    def cancel(ids: Ids = None, name: All = None) -> None:
        """Keep a waiting job from starting, or stop a running one. By name: those that wait."""
        _check_choice(ids, name)
        asyncio.run(_cancel(ids, name))

    async def _show(statuses: Sequence[str], name: str | None, limit: int) -> None:
        async with open_work() as work:
            for job in await list_jobs(work, statuses=statuses, name=name, limit=limit):
                typer.echo(_line(job))

    async def _retry(ids: list[int] | None, name: str | None) -> None:
        async def retried(work: UnitOfWork, batch: list[int]) -> int:
            return len(await retry_jobs(work, batch))

        done, found = await _in_batches(ids, name, AGAIN, retried)
        typer.echo(f"{done} of {found} run again")

    async def _cancel(ids: list[int] | None, name: str | None) -> None:
        async def cancelled(work: UnitOfWork, batch: list[int]) -> int:
            return sum([await cancel_job(work, each) for each in batch])

        done, found = await _in_batches(ids, name, ["todo"], cancelled)
        typer.echo(f"{done} of {found} cancelled")

    async def _in_batches(
        ids: list[int] | None, name: str | None, statuses: Sequence[str], act: Act
    ) -> tuple[int, int]:
        """Act on the ids, or on all jobs of the name, each batch in a transaction of its own.

        Returns on how many, and how many there were. Jobs that get one of the statuses meanwhile
        are not met again: newer ids come first.
        """
        done = found = 0
        before: int | None = None
        while batch := await _next(name, statuses, before) if name else ids:
            async with open_work() as work:
                done += await act(work, batch)
            found, before, ids = found + len(batch), batch[-1], None
        return done, found

    async def _next(name: str, statuses: Sequence[str], before: int | None) -> list[int]:
        async with open_work() as work:
            jobs = await list_jobs(work, statuses=statuses, name=name, before=before, limit=BATCH)
        return [job.id for job in jobs]

    return commands


def _check_choice(ids: list[int] | None, name: str | None) -> None:
    if bool(ids) == bool(name):
        raise typer.BadParameter("name jobs by their ids, or all of one kind with --name")


def _line(job: QueuedJob) -> str:
    at = f"{job.changed_at:%Y-%m-%d %H:%M:%S}" if job.changed_at else "-"
    return (
        f"{job.id:>8}  {job.status:<9}  {at}  {job.name}"
        f"  attempts={job.attempts} tenant={job.tenant_id or '-'} trace={job.trace_id or '-'}"
    )
