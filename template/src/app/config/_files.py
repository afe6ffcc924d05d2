"""Settings from files: APP_SECRET_KEY_FILE names a file that holds APP_SECRET_KEY.

So Docker, Kubernetes and systemd hand over secrets without an environment variable that other
programs of the machine, and reports of errors, can read.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource
from pydantic_settings.sources import EnvSettingsSource

SUFFIX = "_FILE"
PREFIX = "APP_"
ENCODING = "utf-8"


class SettingsInFiles(BaseSettings):
    """Base class of settings: each variable may also be given as a file, in `…_FILE`."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Add to the variables those of files, in the environment and in `.env`."""
        for source in (env_settings, dotenv_settings):
            if isinstance(source, EnvSettingsSource):
                source.env_vars = {**_in_files(source.env_vars), **source.env_vars}
        return init_settings, env_settings, dotenv_settings


def file_faults(variables: Mapping[str, str], known: set[str]) -> Iterator[tuple[str, str, str]]:
    """Yield a variable, what is wrong with its file, and what to do. `known` are all settings."""
    for setting in sorted(known):
        name = setting + SUFFIX
        file = variables.get(name)
        if not file or name in known:
            continue
        if variables.get(setting):
            yield name, f"is set, and {setting} too.", "Keep one of them."
        elif problem := _problem(Path(file)):
            yield name, f"names {file}, which {problem}.", f"It holds {setting} alone."


def read_file(file: str) -> str:
    """Return the value in the file, without the line break at its end. Raises OSError."""
    return Path(file).read_text(encoding=ENCODING).rstrip("\r\n")


def _in_files(variables: Mapping[str, str | None]) -> dict[str, str]:
    """Return the variables that files hold. Those that cannot be read have been reported."""
    found = {
        name.upper().removesuffix(SUFFIX).lower(): file
        for name, file in variables.items()
        if file and name.upper().startswith(PREFIX) and name.upper().endswith(SUFFIX)
    }
    return {name: read_file(file) for name, file in found.items() if not _problem(Path(file))}


def _problem(file: Path) -> str | None:
    try:
        return None if read_file(str(file)).strip() else "is empty"
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        return f"cannot be read ({reason})"
