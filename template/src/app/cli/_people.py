"""`app seed`, `app create-superuser`"""

import asyncio
from typing import Annotated

import typer

from app import seeds
from app.bootstrap import open_runtime, with_database
from app.config import load_settings
from app.core.auth import Actor
from app.core.module import find_modules
from app.core.unit_of_work import open_unit
from app.modules.users import AuthService

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
        for tenant in await seeds.seed(runtime, modules):
            typer.echo(f"{tenant.name}: {tenant.email}, {seeds.PASSWORD}")
    finally:
        await runtime.close()


async def _create_superuser(email: str, name: str, password: str) -> None:
    runtime = open_runtime(with_database(load_settings()), find_modules())
    try:
        async with open_unit(runtime, Actor.operator(), None) as work:
            await AuthService(work).add_user(
                email=email, password=password, full_name=name, is_superuser=True
            )
    finally:
        await runtime.close()
