"""`app seed`, `app create-superuser`"""

import asyncio
from typing import Annotated

import typer

from app import seeds
from app.bootstrap import open_runtime, with_database
from app.config import load_settings
from app.core.module import Module, find_modules
from app.database.schema.module_order import in_order
from app.modules.users import AuthService

from ._operator import operator_work

Email = Annotated[str, typer.Option(prompt=True)]
FullName = Annotated[str, typer.Option("--name", prompt="Full name")]
Password = Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)]


def seed() -> None:
    """Add two tenants with people and rows, for development."""
    asyncio.run(_seed())


def create_superuser(email: Email, name: FullName, password: Password) -> None:
    """Add a user who may work across tenants."""
    asyncio.run(_create_superuser(email, name, password))
    typer.echo(f"{email} may now work across tenants.")


async def _seed() -> None:
    settings = with_database(load_settings())
    if settings.in_production:
        raise typer.BadParameter("seeds have a known password and do not belong in production")
    modules = find_modules()
    runtime = open_runtime(settings, modules)
    try:
        for tenant in await seeds.seed(runtime, _in_order(modules)):
            typer.echo(f"{tenant.name}: {tenant.email}, {seeds.PASSWORD}")
    finally:
        await runtime.close()


def _in_order(modules: tuple[Module, ...]) -> tuple[Module, ...]:
    """A module's seeds may need rows of those that it refers to."""
    by_name = {module.name: module for module in modules if module.seed is not None}
    return tuple(by_name[name] for name in in_order(by_name))


async def _create_superuser(email: str, name: str, password: str) -> None:
    async with operator_work() as work:
        await AuthService(work).add_user(
            email=email, password=password, full_name=name, is_superuser=True
        )
