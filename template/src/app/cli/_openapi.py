"""`app openapi`"""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from app.config import Settings
from app.database.schema.migrations import PROJECT
from app.kit.openapi_changes import breaking_changes
from app.main import create_app

CURRENT, RELEASED = "openapi.json", "openapi.released.json"
ON_PURPOSE = "openapi.breaking.toml"
NOWHERE = "postgresql+asyncpg://app_rw@localhost/app"

Check = Annotated[
    bool,
    typer.Option("--check", help="Write nothing; end with 1 if outdated, or if clients break."),
]
Release = Annotated[
    bool, typer.Option("--release", help="Also make it the document that changes are compared to.")
]


def openapi(check: Check = False, release: Release = False) -> None:
    """Write openapi.json, and say what breaks clients of the last release."""
    written = document()
    faults = list(_faults(PROJECT, written)) if check else []
    if not check:
        _write(PROJECT / CURRENT, written)
        typer.echo(f"{CURRENT} written")
    if release:
        _write(PROJECT / RELEASED, written)
        (PROJECT / ON_PURPOSE).unlink(missing_ok=True)
        typer.echo(f"{RELEASED} written")
    for fault in faults or ([] if check else _breaks(PROJECT, written)):
        typer.echo(fault)
    if faults:
        raise typer.Exit(1)


def document() -> dict[str, Any]:
    """Return the document without what the environment says: the same on every machine."""
    settings = Settings.model_construct(environment="test")
    app = create_app(settings.with_database(url=NOWHERE, owner_url=NOWHERE, admin_url=NOWHERE))
    return app.openapi()


def _faults(project: Path, written: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong; a project without openapi.json keeps none."""
    file = project / CURRENT
    if file.exists() and file.read_text(encoding="utf-8") != _text(written):
        yield f"{CURRENT} is outdated. Run: make openapi"
    yield from _breaks(project, written)


def _breaks(project: Path, written: dict[str, Any]) -> Iterator[str]:
    """Yield what breaks clients unsaid, and what is said to break and does not."""
    released, on_purpose = project / RELEASED, _on_purpose(project / ON_PURPOSE)
    if not released.exists():
        return
    broken = breaking_changes(json.loads(released.read_text(encoding="utf-8")), written)
    for each, reason in on_purpose.items():
        if each not in broken:
            yield f"{ON_PURPOSE}: {each!r} breaks nothing any more, remove the line"
        elif not reason:
            yield f"{ON_PURPOSE}: say why, for {each!r}"
    new = [each for each in broken if each not in on_purpose]
    yield from (f"breaks clients: {each}" for each in new)
    if new:
        line = f'{json.dumps(new[0])} = "the reason"'
        yield f"Keep the old beside the new: docs/api-versions.md. On purpose? {ON_PURPOSE}: {line}"


def _on_purpose(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    said: dict[str, str] = tomllib.loads(file.read_text(encoding="utf-8"))
    return said


def _write(file: Path, written: dict[str, Any]) -> None:
    file.write_text(_text(written), encoding="utf-8", newline="\n")


def _text(written: dict[str, Any]) -> str:
    return json.dumps(written, indent=2, ensure_ascii=False) + "\n"
