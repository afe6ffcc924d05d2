"""The variables that settings have, and those that only look as if."""

import os
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values
from pydantic import BaseModel

from ._settings import Settings

PREFIX = "APP_"
MODULES = Path(__file__).parents[1] / "modules"
CLOSE_ENOUGH = 0.72


def variable(path: tuple[str, ...]) -> str:
    """("database", "owner_url") is APP_DATABASE_OWNER_URL."""
    return PREFIX + "_".join(path).upper()


def description_of(path: tuple[str, ...]) -> str:
    """What the setting is for; empty for a path that leads to no setting."""
    return SETTINGS.get(path, "")


def misspelled(dotenv: Path | None) -> Iterator[tuple[str, str]]:
    """Pairs of a variable that nothing reads and the setting it was meant to be.

    A variable unlike any setting is left alone, since platforms set their own: Kubernetes gives
    every pod APP_PORT and APP_SERVICE_HOST when a service is called "app". So is one that begins
    with a module's name: the module reads it (_modules.py).
    """
    names = {variable(path).removeprefix(PREFIX) for path in SETTINGS}
    modules = tuple(f"{folder.name.upper()}_" for folder in MODULES.glob("[a-z]*"))
    for variable_given in sorted(given(dotenv)):
        name = variable_given.removeprefix(PREFIX)
        if name in names or name.startswith(modules):
            continue
        if meant := nearest(name, names):
            yield variable_given, PREFIX + meant


def given(dotenv: Path | None) -> set[str]:
    found = {*os.environ, *(dotenv_values(dotenv) if dotenv else {})}
    return {name.upper() for name in found if name.upper().startswith(PREFIX)}


def nearest(name: str, names: set[str]) -> str | None:
    begun = sorted(known for known in names if known.startswith(name))
    return next(iter(begun or get_close_matches(name, names, n=1, cutoff=CLOSE_ENOUGH)), None)


def _descriptions(
    model: type[BaseModel], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _descriptions(field.annotation, (*above, name))
        else:
            yield (*above, name), field.description or ""


SETTINGS = dict(_descriptions(Settings))
