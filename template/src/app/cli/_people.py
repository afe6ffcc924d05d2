"""`app seed`, `app create-superuser`"""

import asyncio
import os
from typing import Annotated

import typer

from app import seeds
from app.bootstrap import open_runtime, with_database
from app.config import load_settings, read_file
from app.core.module import Module, find_modules
from app.core.observability.logging import configure_logging
from app.database.schema.module_order import in_order
from app.modules.users import SuperuserService

from ._operator import operator_work
from ._start import CannotStart, refuse_unready

SECRET = "APP_SUPERUSER_PASSWORD"  # noqa: S105 - a variable's name

Email = Annotated[
    str | None, typer.Option(envvar="APP_SUPERUSER_EMAIL", help="Asked for when it is left out.")
]
FullName = Annotated[
    str | None, typer.Option("--name", envvar="APP_SUPERUSER_NAME", help="Of a new user.")
]
Password = Annotated[
    str | None,
    typer.Option(
        envvar=SECRET,
        help="Of a new user; on the command line others of this machine can read it.",
    ),
]


def seed() -> None:
    """Add two tenants with people and rows, for development."""
    asyncio.run(_seed())


def create_superuser(email: Email = None, name: FullName = None, password: Password = None) -> None:
    """Make a superuser, who may work across tenants: a new user, or an existing one."""
    address = email or _ask("E-mail", "APP_SUPERUSER_EMAIL")
    if asyncio.run(_promoted(address)):
        typer.echo(f"{address} was there already, and may now work across tenants.")
        typer.echo("It counts from the next log-in on.")
        return
    full_name = name or _ask("Full name", "APP_SUPERUSER_NAME")
    secret = password or _in_file(SECRET) or _ask("Password", SECRET, hidden=True)
    asyncio.run(_added(address, full_name, secret))
    typer.echo(f"{address} may now work across tenants.")


def _in_file(variable: str) -> str | None:
    """Return what is in the file that `…_FILE` names. Raises CannotStart."""
    file = os.environ.get(f"{variable}_FILE")
    try:
        return read_file(file) if file else None
    except OSError as error:
        raise CannotStart(
            f"{variable}_FILE: {file} cannot be read ({error.strerror}). Set another path."
        ) from error


def _ask(what: str, variable: str, *, hidden: bool = False) -> str:
    """Ask, or exit with a message if there is no terminal, as in a container."""
    try:
        return str(typer.prompt(what, hide_input=hidden, confirmation_prompt=hidden))
    except typer.Abort:
        typer.echo(f"\nNobody to ask: set {variable}.", err=True)
        raise typer.Exit(2) from None


async def _seed() -> None:
    settings = with_database(load_settings())
    if settings.in_production:
        raise CannotStart(
            "Seeds have a password that everybody knows and do not belong in production:"
            " app create-superuser makes the first user."
        )
    await refuse_unready(settings)
    configure_logging(settings.log, json=False)
    modules = find_modules()
    runtime = open_runtime(settings, modules)
    try:
        for tenant in await seeds.seed(runtime, _in_order(modules)):
            typer.echo(f"{tenant.name}: {tenant.email}, {seeds.PASSWORD}")
    finally:
        await runtime.close()


def _in_order(modules: tuple[Module, ...]) -> tuple[Module, ...]:
    """Return them in dependency order: seeds may need rows of modules that theirs refers to."""
    by_name = {module.name: module for module in modules if module.seed is not None}
    return tuple(by_name[name] for name in in_order(by_name))


async def _promoted(email: str) -> bool:
    async with operator_work() as work:
        people = SuperuserService(work)
        known = await people.known([email])
        if known:
            await people.promote(email)
        return bool(known)


async def _added(email: str, name: str, password: str) -> None:
    async with operator_work() as work:
        await SuperuserService(work).add(email=email, password=password, full_name=name)
