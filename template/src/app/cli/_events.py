"""`app events`: list, resubmit and archive events that subscribers could not handle."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Annotated
from uuid import UUID

import typer

from app.core.events.operations import UNSUCCESSFUL, Delivered, archive, list_deliveries, resubmit
from app.core.unit_of_work import UnitOfWork

Statuses = Annotated[
    list[str] | None, typer.Option("--status", help="waiting, handled, failed or skipped.")
]
Limit = Annotated[int, typer.Option(min=1)]
Ids = Annotated[list[UUID] | None, typer.Argument(help="As `app events list` shows them.")]
Everything = Annotated[bool, typer.Option("--all", help="Instead of ids.")]
Handler = Annotated[str | None, typer.Option(help="Only what this subscriber could not handle.")]


def event_commands(
    open_work: Callable[[], AbstractAsyncContextManager[UnitOfWork]],
) -> typer.Typer:
    """`open_work` opens a unit of work of the operator, for no tenant."""
    commands = typer.Typer(help="Events: what subscribers could not handle.", no_args_is_help=True)

    @commands.command("list")
    def list_(status: Statuses = None, limit: Limit = 50) -> None:
        """List events that failed or were skipped, one line per subscriber."""
        asyncio.run(_show(status or list(UNSUCCESSFUL), limit))

    @commands.command("resubmit")
    def resubmit_(ids: Ids = None, handler: Handler = None, everything: Everything = False) -> None:
        """Send them again to the subscribers that could not handle them."""
        _check_choice(ids, everything)
        asyncio.run(_resubmit(ids or [], handler))

    @commands.command("archive")
    def archive_(ids: Ids = None, everything: Everything = False) -> None:
        """Give them up: they are no longer listed, and are deleted in time."""
        _check_choice(ids, everything)
        asyncio.run(_archive(ids or []))

    async def _show(statuses: list[str], limit: int) -> None:
        async with open_work() as work:
            for delivered in await list_deliveries(work, statuses=statuses, limit=limit):
                typer.echo(_line(delivered))

    async def _resubmit(ids: list[UUID], handler: str | None) -> None:
        async with open_work() as work:
            count = await resubmit(work, work.runtime.subscriptions, event_ids=ids, handler=handler)
        typer.echo(f"{count} sent again")

    async def _archive(ids: list[UUID]) -> None:
        async with open_work() as work:
            count = await archive(work, event_ids=ids)
        typer.echo(f"{count} archived")

    return commands


def _check_choice(ids: list[UUID] | None, everything: bool) -> None:
    if bool(ids) == everything:
        raise typer.BadParameter("name events by their ids, or say --all")


def _line(delivered: Delivered) -> str:
    return (
        f"{delivered.event_id}  {delivered.status:<8}  {delivered.occurred_at:%Y-%m-%d %H:%M:%S}"
        f"  {delivered.name} → {delivered.handler}  attempts={delivered.attempts}"
        f" tenant={delivered.tenant_id or '-'} trace={delivered.trace_id or '-'}"
        f"\n    {delivered.error or ''}"
    )
