"""`app jobs`: list waiting and failed jobs, retry and cancel them."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Annotated

import typer

from app.core.jobs.operations import (
    LIVE,
    UNSUCCESSFUL,
    QueuedJob,
    cancel_job,
    list_jobs,
    retry_jobs,
)
from app.core.unit_of_work import UnitOfWork

Statuses = Annotated[
    list[str] | None,
    typer.Option("--status", help="todo, doing, succeeded, failed, aborted or cancelled."),
]
Limit = Annotated[int, typer.Option(min=1)]
Ids = Annotated[list[int], typer.Argument(help="As `app jobs failed` shows them.")]


def job_commands(open_work: Callable[[], AbstractAsyncContextManager[UnitOfWork]]) -> typer.Typer:
    """`open_work` opens a unit of work of the operator, for no tenant."""
    commands = typer.Typer(help="Jobs: what waits, what failed, another try.", no_args_is_help=True)

    @commands.command("list")
    def list_(status: Statuses = None, limit: Limit = 50) -> None:
        """List jobs that wait or run; with --status any others."""
        asyncio.run(_show(status or LIVE, limit))

    @commands.command()
    def failed(limit: Limit = 50) -> None:
        """List jobs that failed, were skipped (their tenant is suspended) or were cancelled."""
        asyncio.run(_show(UNSUCCESSFUL, limit))

    @commands.command()
    def retry(ids: Ids) -> None:
        """Run them again, with all their attempts."""
        asyncio.run(_retry(ids))

    @commands.command()
    def cancel(ids: Ids) -> None:
        """Keep a waiting job from starting, or stop a running one."""
        asyncio.run(_cancel(ids))

    async def _show(statuses: list[str] | tuple[str, ...], limit: int) -> None:
        async with open_work() as work:
            for job in await list_jobs(work, statuses=statuses, limit=limit):
                typer.echo(_line(job))

    async def _retry(ids: list[int]) -> None:
        async with open_work() as work:
            retried = await retry_jobs(work, ids)
        typer.echo(f"{len(retried)} of {len(ids)} run again")

    async def _cancel(ids: list[int]) -> None:
        async with open_work() as work:
            cancelled = [await cancel_job(work, each) for each in ids]
        typer.echo(f"{sum(cancelled)} of {len(ids)} cancelled")

    return commands


def _line(job: QueuedJob) -> str:
    at = f"{job.changed_at:%Y-%m-%d %H:%M:%S}" if job.changed_at else "-"
    return (
        f"{job.id:>8}  {job.status:<9}  {at}  {job.name}"
        f"  attempts={job.attempts} tenant={job.tenant_id or '-'} trace={job.trace_id or '-'}"
    )
