"""`app doctor`"""

import ast
import asyncio
from collections.abc import Iterator
from pathlib import Path

import typer

from app.bootstrap import fast_paths, with_database
from app.config import Settings, load_settings
from app.core.module import find_modules
from app.database.engine import create_engine
from app.database.schema.drift import find_drift
from app.database.schema.guarantees import Finding, find_in_database, find_in_role
from app.database.schema.migrations import PROJECT, find_new_steps, is_at_head

from ._agreement import find_disagreements

SOURCES = PROJECT / "src" / "app"
DRIFTED = "app migrate; if nothing is left to run, make migration m='…' writes the change"


def doctor() -> None:
    """Say what is wrong with settings, migrations and tenant isolation, and how to put it right."""
    settings = with_database(load_settings())
    find_modules()  # loads every model
    findings = [*_unadopted(), *find_disagreements(), *asyncio.run(_examine(settings))]
    for finding in findings:
        typer.echo(finding)
    typer.echo(f"{len(findings)} found." if findings else "Nothing found.")
    typer.echo(f"Fast paths: {_switches(fast_paths(settings))}.")
    typer.echo("Work across tenants, on purpose:")
    for line in bypasses(SOURCES):
        typer.echo(f"    {line}")
    raise typer.Exit(1 if findings else 0)


def _switches(paths: dict[str, bool]) -> str:
    return ", ".join(f"{name} {'on' if on else 'off'}" for name, on in paths.items())


def bypasses(sources: Path) -> Iterator[str]:
    """Every call that passes bypass_tenant: `file:line reason`."""
    files = (file for file in sorted(sources.rglob("*.py")) if "tests" not in file.parts)
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and _keyword(node, "bypass_tenant"):
                reason = _keyword(node, "reason")
                place = f"{file.relative_to(sources.parent)}:{node.lineno}"
                yield f"{place} {ast.unparse(reason) if reason else ''}".rstrip()


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _unadopted() -> Iterator[Finding]:
    for step in find_new_steps():
        yield Finding(f"step {step.module}", "has no place in the chain of migrations", "app adopt")


def _drifted(line: str) -> Finding:
    return Finding("the database", f"is not as the models say: {line}", DRIFTED)


async def _examine(settings: Settings) -> list[Finding]:
    database = settings.database
    pgbouncer = database.pgbouncer
    findings = await _examine_as(database.url, serves=True, pgbouncer=pgbouncer)
    findings += await _examine_as(database.admin_url, pgbouncer=pgbouncer)
    findings += await _examine_as(database.owner_url, owns=True)
    return findings


async def _examine_as(
    url: str | None, *, serves: bool = False, owns: bool = False, pgbouncer: bool = False
) -> list[Finding]:
    if url is None:
        return []
    engine = create_engine(url, pgbouncer=pgbouncer)
    try:
        async with engine.connect() as connection:
            findings = await find_in_role(connection, may_own=owns)
            if serves:
                findings += await find_in_database(connection)
            if owns and await is_at_head(engine):
                findings += [_drifted(line) for line in await connection.run_sync(find_drift)]
        if serves and not await is_at_head(engine):
            findings.append(Finding("the database", "lacks migrations", "app migrate"))
    finally:
        await engine.dispose()
    return findings
