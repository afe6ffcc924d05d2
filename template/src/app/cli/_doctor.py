"""`app doctor`"""

import ast
import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from app.bootstrap import fast_paths, open_database, with_database
from app.config import (
    MailSettings,
    Settings,
    SettingsError,
    load_module_settings,
    load_settings,
)
from app.core.module import Module, find_modules
from app.database.cluster import is_cluster
from app.database.connecting import NoConnection, try_connection
from app.database.engine import create_engine
from app.database.schema.drift import find_drift
from app.database.schema.guarantees import Finding, find_in_database, find_in_role
from app.database.schema.migrations import PROJECT, find_new_steps, is_newer, missing_migrations

from ._agreement import find_disagreements
from ._before_deploy import find_missing
from ._start import REPLICA

SOURCES = PROJECT / "src" / "app"
MAIL_SECONDS = 5
REPLICA_FIX = "Reads go to the primary. What it has to be: docs/scaling.md"
DRIFTED = "app migrate; if nothing is left to run, make migration m='…' writes the change"


NOT_TOLD = Finding(
    "APP_DATABASE_CITUS",
    "is not set, and the database is distributed: the nodes would know no tenant",
    "Set it to true, for every process.",
)


@dataclass(frozen=True)
class Role:
    variable: str
    field: str
    needed_by: str = ""
    serves: bool = False
    migrates: bool = False


ROLES = (
    Role("APP_DATABASE_URL", "url", serves=True),
    Role("APP_DATABASE_ADMIN_URL", "admin_url", "app worker needs it, and app tenants"),
    Role("APP_DATABASE_OWNER_URL", "owner_url", "app migrate needs it", migrates=True),
)


BeforeDeploy = Annotated[
    bool, typer.Option("--before-deploy", help="Only what deploy/ in this checkout still lacks.")
]


def doctor(before_deploy: BeforeDeploy = False) -> None:
    """Report problems of settings, migrations and tenant isolation, and how to fix them."""
    if before_deploy:
        _end(find_missing(PROJECT))
    settings = with_database(load_settings())
    modules = find_modules()  # loads every model
    findings = [
        *_unadopted(),
        *find_disagreements(),
        *_of_modules(settings, modules),
        *asyncio.run(_examine(settings)),
    ]
    _say(findings)
    for role in ROLES:
        if getattr(settings.database, role.field) is None and settings.in_production:
            typer.echo(f"Not examined, since {role.variable} is not set here: {role.needed_by}.")
    typer.echo(f"Fast paths: {_switches(fast_paths(settings))}.")
    if places := [*bypasses(SOURCES)]:
        typer.echo("For your information, work across tenants, on purpose:")
    for line in places:
        typer.echo(f"    {line}")
    raise typer.Exit(1 if findings else 0)


def _end(findings: list[Finding]) -> NoReturn:
    _say(findings)
    raise typer.Exit(1 if findings else 0)


def _say(findings: list[Finding]) -> None:
    for finding in findings:
        typer.echo(finding)
    typer.echo(f"{len(findings)} found." if findings else "Nothing found.")


def _switches(paths: dict[str, bool]) -> str:
    return ", ".join(f"{name} {'on' if on else 'off'}" for name, on in paths.items())


def bypasses(sources: Path) -> Iterator[str]:
    """Yield every call that passes bypass_tenant: `file:line reason`."""
    files = (file for file in sorted(sources.rglob("*.py")) if "tests" not in file.parts)
    for file in files:
        text = file.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if "bypass_tenant" in text else ():
            if isinstance(node, ast.Call) and _keyword(node, "bypass_tenant"):
                reason = _keyword(node, "reason")
                place = f"{file.relative_to(sources.parent)}:{node.lineno}"
                yield f"{place} {ast.unparse(reason) if reason else ''}".rstrip()


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _unadopted() -> Iterator[Finding]:
    for step in find_new_steps():
        yield Finding(f"step {step.module}", "has no place in the chain of migrations", "app adopt")


def _of_modules(settings: Settings, modules: tuple[Module, ...]) -> Iterator[Finding]:
    for module in modules:
        try:
            if module.settings:
                load_module_settings(module.settings, in_production=settings.in_production)
        except SettingsError as error:
            for fault in error.faults:
                yield Finding(fault.variable, fault.problem.rstrip("."), fault.fix)


async def _examine(settings: Settings) -> list[Finding]:
    examined = [await _examine_as(settings, role) for role in ROLES]
    return [
        *itertools.chain(*examined),
        *await _examine_replica(settings),
        *await _examine_mail(settings.mail),
    ]


async def _examine_replica(settings: Settings) -> list[Finding]:
    """Say why the replica is not used now, if it is not."""
    database = open_database(settings)
    try:
        if database.replica is None or await database.replica.is_current():
            return []
        return [Finding(REPLICA, f"is not used: {database.replica.trouble}", REPLICA_FIX)]
    finally:
        await database.close()


async def _examine_as(settings: Settings, role: Role) -> list[Finding]:
    """Examine with the log-in of one role. If it cannot connect, that is its only finding."""
    url = getattr(settings.database, role.field)
    pooled = False if role.migrates else settings.database.pgbouncer
    if url is None:
        return [] if settings.in_production and not role.serves else [_missing(role)]
    try:
        await try_connection(url, role.variable, pgbouncer=pooled, migrates=role.migrates)
    except NoConnection as error:
        return [Finding(role.variable, "cannot be used", str(error))]
    engine = create_engine(url, pgbouncer=pooled)
    try:
        async with engine.connect() as connection:
            meant = "app_rw" if role.serves else "app_admin"
            findings = await find_in_role(
                connection, may_own=role.migrates, meant=None if role.migrates else meant
            )
            if role.serves and not settings.database.citus and await is_cluster(connection):
                findings.append(NOT_TOLD)
            return [*findings, *await _of_schema(connection, role)]
    finally:
        await engine.dispose()


async def _of_schema(connection: AsyncConnection, role: Role) -> list[Finding]:
    """Examine the tables, as the two roles that use all of them. If migrations are missing, report
    only that.
    """
    if not role.serves and not role.migrates:
        return []
    if missing := await missing_migrations(connection):
        lacks = f"lacks {len(missing)} migrations of this release"
        return [Finding("the database", lacks, "app migrate")] if role.serves else []
    if role.serves:
        return await find_in_database(connection)
    if await is_newer(connection):
        return []  # after a rollback: what the newer release added is no drift
    return [_drifted(line) for line in await connection.run_sync(find_drift)]


def _missing(role: Role) -> Finding:
    return Finding(role.variable, "is missing", "Set it: each role has a log-in of its own.")


def _drifted(line: str) -> Finding:
    return Finding("the database", f"is not as the models say: {line}", DRIFTED)


async def _examine_mail(mail: MailSettings) -> list[Finding]:
    if mail.host is None:
        return []
    try:
        async with asyncio.timeout(MAIL_SECONDS):
            _, writer = await asyncio.open_connection(mail.host, mail.port)
            writer.close()
    except OSError:
        fix = "Check APP_MAIL_HOST and APP_MAIL_PORT, and whether a firewall is between."
        return [Finding(f"the mail server {mail.host}:{mail.port}", "does not answer", fix)]
    return []
