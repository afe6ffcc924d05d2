"""Load Settings from the environment, or raise one error that lists everything wrong."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError as Unreadable

from ._files import file_faults
from ._names import SETTINGS, description_of, given, misspelled, variable
from ._production import Process, production_faults
from ._project import DATA
from ._secrets import PUBLISHED, kept_secret
from ._settings import Settings

DOTENV = Path(".env")
SECRET = ("secret_key",)


@dataclass(frozen=True)
class Fault:
    variable: str
    problem: str
    fix: str


class SettingsError(Exception):
    """The app cannot start with these settings. The command line prints them and exits with 2."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        lines = [f"  {fault.variable} {fault.problem}\n      {fault.fix}" for fault in self.faults]
        super().__init__("\n".join(["The settings are wrong, so nothing was started.", *lines]))


def load_settings(dotenv: Path | None = DOTENV, *, process: Process = "serve") -> Settings:
    """Load APP_… variables, then the file `dotenv`. Raises SettingsError, without any values.

    In production each kind of process needs its own log-ins of the database, and no others.
    """
    faults = [*_misspelled(dotenv), *_files(dotenv)]
    try:
        settings = _read(dotenv)
    except ValidationError as error:
        raise SettingsError([*faults, *_invalid(error)]) from None
    except Unreadable:  # a variable names a whole group; _misspelled has reported it
        raise SettingsError(faults) from None
    if settings.in_production:
        faults += [_fault(path, problem) for path, problem in production_faults(settings, process)]
    elif settings.secret_key.get_secret_value() in PUBLISHED:
        faults.append(_fault(SECRET, "is known to everybody: remove it, or set one of your own."))
    if faults:
        raise SettingsError(faults)
    return settings if "secret_key" in settings.model_fields_set else _with_kept_secret(settings)


def _with_kept_secret(settings: Settings) -> Settings:
    """Keep the secret in development, so that log-ins survive restarts, in all processes."""
    try:
        return settings.with_secret(kept_secret(DATA))
    except OSError as error:
        problem = f"must be set, since {DATA} cannot be written ({error.strerror})."
        raise SettingsError([_fault(SECRET, problem)]) from error


def _read(dotenv: Path | None) -> Settings:
    options: dict[str, Any] = {"_env_file": dotenv, "_env_file_encoding": "utf-8"}
    return Settings(**options)


def _misspelled(dotenv: Path | None) -> Iterator[Fault]:
    for wrong, right in misspelled(dotenv):
        yield Fault(wrong, "is no setting.", f"Did you mean {right}?")


def _files(dotenv: Path | None) -> Iterator[Fault]:
    for fault in file_faults(given(dotenv), {variable(path) for path in SETTINGS}):
        yield Fault(*fault)


def _invalid(error: ValidationError) -> Iterator[Fault]:
    for found in error.errors(include_input=False):
        problem = found["msg"].removeprefix("Value error, ").replace("Input should", "it should")
        yield _fault(tuple(str(name) for name in found["loc"]), f"is wrong: {problem}.")


def _fault(path: tuple[str, ...], problem: str) -> Fault:
    return Fault(variable(path), problem, description_of(path))
