"""Read catalogues, files of gettext (LANGUAGE.po): the core's, each module's, then the client's.

A later one wins, so that a client's wording replaces the standard's.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path

from babel.messages.pofile import read_po

ENGLISH = "en"
APP = Path(__file__).parents[2]
CLIENT = APP / "templates"
"""The client's own folder: templates, and catalogues in `languages`."""


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return the translations by their English text; those of `de`, then those of `de-AT`."""
    wanted = {language.partition("-")[0], language}
    files = [file for file in _files() if file.stem in wanted]
    ordered = sorted(files, key=lambda file: file.stem == language)
    return dict(chain.from_iterable(map(read_catalogue, ordered)))


@cache
def languages() -> frozenset[str]:
    """Return English, and each language that has a catalogue."""
    return frozenset({ENGLISH, *(file.stem for file in _files())})


def written(language: str) -> str:
    """Return the tag whose catalogue has its texts: `de` for `de-AT`, unless it has its own."""
    return language if language in languages() else language.partition("-")[0]


def own_catalogues() -> tuple[Path, ...]:
    return tuple(sorted((CLIENT / "languages").glob("*.po")))


def read_catalogue(file: Path) -> Iterator[tuple[str, str]]:
    """Yield what is translated; an entry marked `fuzzy` is not."""
    with file.open("rb") as opened:
        for entry in read_po(opened, abort_invalid=True):
            if isinstance(entry.id, str) and entry.id and entry.string and not entry.fuzzy:
                yield entry.id, str(entry.string)


def _files() -> tuple[Path, ...]:
    core = sorted((APP / "core" / "languages" / "catalogues").glob("*.po"))
    modules = sorted((APP / "modules").glob("*/languages/*.po"))
    return (*core, *modules, *own_catalogues())
