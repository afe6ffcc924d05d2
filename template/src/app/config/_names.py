"""The variables of the settings, and misspelled ones."""

import os
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values
from pydantic import BaseModel

from ._files import PREFIX, SUFFIX
from ._settings import Settings

MODULES = Path(__file__).parents[1] / "modules"
CLOSE_ENOUGH = 0.72


def variable(path: tuple[str, ...]) -> str:
    """Return the variable: ("database", "owner_url") is APP_DATABASE_OWNER_URL."""
    return PREFIX + "_".join(path).upper()


def description_of(path: tuple[str, ...]) -> str:
    """Return the setting's description; empty for an unknown path."""
    return SETTINGS.get(path, "")


def misspelled(dotenv: Path | None) -> Iterator[tuple[str, str]]:
    """Yield pairs of an unknown variable and the setting that was probably meant.

    Variables unlike any setting are ignored, because platforms set their own: Kubernetes gives
    every pod APP_PORT and APP_SERVICE_HOST if a service is called "app". Variables with a module's
    prefix are ignored too: the module reads them (_modules.py).
    """
    names = {variable(path).removeprefix(PREFIX) for path in SETTINGS}
    modules = tuple(f"{folder.name.upper()}_" for folder in MODULES.glob("[a-z]*"))
    for variable_given in sorted(given(dotenv)):
        name = variable_given.removeprefix(PREFIX)
        setting = name.removesuffix(SUFFIX)
        if {name, setting} & names or name.startswith(modules):
            continue
        if meant := nearest(setting, names):
            yield variable_given, PREFIX + meant + name.removeprefix(setting)


def given(dotenv: Path | None) -> dict[str, str]:
    """Return the APP_… variables of the environment and of the file, also empty ones."""
    found = {**(dotenv_values(dotenv) if dotenv else {}), **os.environ}
    return {
        name.upper(): value or ""
        for name, value in found.items()
        if name.upper().startswith(PREFIX)
    }


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
