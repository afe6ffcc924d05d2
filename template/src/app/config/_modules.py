"""Settings of modules: variables are named APP_, the module's name, the field's name."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict

from ._files import SUFFIX, SettingsInFiles, file_faults
from ._load import DOTENV, Fault, SettingsError
from ._names import given, nearest


class ModuleSettings(SettingsInFiles):
    """Base class of a module's settings.

    The subclass sets `model_config = SettingsConfigDict(env_prefix="APP_PROJECTS_")`, describes
    each field, and is passed to `Module(settings=…)`.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    def production_faults(self) -> Iterator[tuple[str, str]]:
        """Yield pairs of a field and what is wrong with it in production, to refuse the start."""
        yield from ()


Kind = TypeVar("Kind", bound=ModuleSettings)


def load_module_settings(
    kind: type[Kind], dotenv: Path | None = DOTENV, *, in_production: bool = False
) -> Kind:
    """Load the module's variables, then the file. Raises SettingsError, without any values."""
    faults = list(_misspelled(kind, dotenv))
    try:
        settings = kind(_env_file=dotenv, _env_file_encoding="utf-8")
    except ValidationError as error:
        raise SettingsError([*faults, *_invalid(kind, error)]) from None
    if in_production:
        faults += [_fault(kind, name, problem) for name, problem in settings.production_faults()]
    if faults:
        raise SettingsError(faults)
    return settings


def _misspelled(kind: type[ModuleSettings], dotenv: Path | None) -> Iterator[Fault]:
    """Yield unknown variables with the module's prefix: each of them is a mistake."""
    known = {_variable(kind, name) for name in kind.model_fields}
    variables = given(dotenv)
    for name in sorted(variables):
        if name.startswith(_prefix(kind)) and not {name, name.removesuffix(SUFFIX)} & known:
            yield Fault(name, "is no setting.", f"Did you mean {nearest(name, known) or known}?")
    for fault in file_faults(variables, known):
        yield Fault(*fault)


def _invalid(kind: type[ModuleSettings], error: ValidationError) -> Iterator[Fault]:
    for found in error.errors(include_input=False):
        name = str(found["loc"][0])
        problem = found["msg"].removeprefix("Value error, ").replace("Input should", "it should")
        yield _fault(kind, name, f"is wrong: {problem}.")


def _fault(kind: type[ModuleSettings], name: str, problem: str) -> Fault:
    return Fault(_variable(kind, name), problem, kind.model_fields[name].description or "")


def _variable(kind: type[ModuleSettings], name: str) -> str:
    return _prefix(kind) + name.upper()


def _prefix(kind: type[ModuleSettings]) -> str:
    return kind.model_config["env_prefix"]
