"""`app tenants`: list, create, suspend, resume, export, import, delete."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from sys import stdout
from typing import Annotated
from uuid import UUID

import typer

from app.core.tenant_import import read_tenant_file
from app.core.unit_of_work import UnitOfWork

from .services import TenantLifecycle, TenantService

OpenWork = Callable[[], AbstractAsyncContextManager[UnitOfWork]]
Id = Annotated[UUID, typer.Argument(help="As `app tenants list` shows it.")]
Name = Annotated[str, typer.Argument(help="What people call it.")]
OwnerEmail = Annotated[str, typer.Argument(help="Who is invited as its owner.")]
Output = Annotated[Path | None, typer.Option(help="A new file; without it the rows are printed.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Accounts = Annotated[
    bool,
    typer.Option(
        "--with-accounts", help="Also names and addresses of its people, without passwords."
    ),
]
File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="What `app tenants export` wrote.")
]
PAGE = 100


def tenant_commands(open_work: OpenWork) -> typer.Typer:
    """`open_work` opens a unit of work of the operator, for no tenant."""
    commands = typer.Typer(
        help="Tenants: create, suspend, resume, export, import, delete.", no_args_is_help=True
    )

    @commands.command("list")
    def list_() -> None:
        """List tenants, newest first: id, state, slug and name."""
        asyncio.run(_list(open_work))

    @commands.command()
    def create(name: Name, owner_email: OwnerEmail) -> None:
        """Create a tenant for a client; its owner is invited by e-mail."""
        asyncio.run(_create(open_work, name, owner_email))

    @commands.command()
    def suspend(tenant_id: Id) -> None:
        """Refuse its users from their next request on, and skip its jobs."""
        asyncio.run(_suspend(open_work, tenant_id))

    @commands.command()
    def resume(tenant_id: Id) -> None:
        """Let its users in again."""
        asyncio.run(_resume(open_work, tenant_id))

    @commands.command()
    def export(tenant_id: Id, output: Output = None, with_accounts: Accounts = False) -> None:
        """Write all its rows, one JSON object a line."""
        asyncio.run(_export(open_work, tenant_id, output, with_accounts=with_accounts))

    @commands.command("import")
    def import_(file: File) -> None:
        """Read what `export` wrote, with all ids, into an installation without this tenant."""
        asyncio.run(_import(open_work, file))

    @commands.command()
    def delete(tenant_id: Id, yes: Yes = False) -> None:
        """Delete it with all its rows, sessions, jobs and events. This cannot be undone."""
        if not yes:
            typer.confirm(f"Delete tenant {tenant_id} and all that it has?", abort=True)
        asyncio.run(_delete(open_work, tenant_id))

    return commands


@asynccontextmanager
async def _lifecycle(open_work: OpenWork) -> AsyncIterator[TenantLifecycle]:
    async with open_work() as work:
        yield TenantLifecycle(work)


async def _list(open_work: OpenWork) -> None:
    cursor = None
    async with _lifecycle(open_work) as lifecycle:
        while True:
            page = await lifecycle.list(limit=PAGE, cursor=cursor)
            for tenant in page.items:
                state = "suspended" if tenant.is_suspended else "open"
                typer.echo(f"{tenant.id}  {state:9}  {tenant.slug}  {tenant.name}")
            if (cursor := page.next_cursor) is None:
                return


async def _create(open_work: OpenWork, name: str, owner_email: str) -> None:
    async with open_work() as work:
        tenant, invitation, _ = await TenantService(work).create_for(name=name, email=owner_email)
        typer.echo(f"{tenant.id}  {tenant.name}; {invitation.email} is invited.")


async def _suspend(open_work: OpenWork, tenant_id: UUID) -> None:
    async with _lifecycle(open_work) as lifecycle:
        typer.echo(f"{(await lifecycle.suspend(tenant_id)).name} is suspended.")


async def _resume(open_work: OpenWork, tenant_id: UUID) -> None:
    async with _lifecycle(open_work) as lifecycle:
        typer.echo(f"{(await lifecycle.resume(tenant_id)).name} is open again.")


async def _export(
    open_work: OpenWork, tenant_id: UUID, output: Path | None, *, with_accounts: bool
) -> None:
    async with _lifecycle(open_work) as lifecycle:
        lines = await lifecycle.export(tenant_id, with_accounts=with_accounts)
        with output.open("xb") if output else stdout.buffer as file:
            async for line in lines:
                file.write(line)


async def _import(open_work: OpenWork, path: Path) -> None:
    async with _lifecycle(open_work) as lifecycle:
        file = read_tenant_file(path)
        counts = await lifecycle.import_from(file)
    for table, count in counts.items():
        typer.echo(f"{count:>8}  {table}")
    typer.echo(f"{file.tenant['name']} is here, with its ids: {file.tenant_id}.")


async def _delete(open_work: OpenWork, tenant_id: UUID) -> None:
    async with _lifecycle(open_work) as lifecycle:
        await lifecycle.delete(tenant_id)
    typer.echo("The tenant is gone.")
