"""`app translations`"""

from pathlib import Path
from typing import Annotated

import babel
import typer
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from app.core.languages import CLIENT, ENGLISH, catalogue, languages

from ._messages import messages

SHOWN = 20
"""The maximum of messages that are listed for a language."""

Language = Annotated[
    str | None, typer.Argument(help="Write what it lacks into your own catalogue: fr, pt-BR.")
]


def translations(language: Language = None) -> None:
    """List messages without a translation, which stay English; or write a catalogue for them."""
    if language is not None:
        _check(language)
        file = _write(language)
        typer.echo(f"{file}: translate the entries that have no msgstr.")
        return
    for each in sorted(languages() - {ENGLISH}):
        _list(each, missing(each))


def _check(language: str) -> None:
    """Raises BadParameter."""
    try:
        babel.Locale.parse(language, sep="-")
    except (ValueError, babel.UnknownLocaleError) as error:
        raise typer.BadParameter("Name a language by its tag, such as fr or pt-BR.") from error


def missing(language: str) -> list[str]:
    """Return the messages that the language has no translation of."""
    known = catalogue(language)
    if base := language.partition("-")[2]:
        known = {**catalogue(language.removesuffix(f"-{base}")), **known}
    return [text for text in messages() if text not in known]


def _list(language: str, texts: list[str]) -> None:
    if texts:
        typer.echo(
            f"{language}: {len(texts)} messages stay English; app translations {language}"
            " writes them into a catalogue of yours."
        )
    for text in texts[:SHOWN]:
        typer.echo(f"  {text}")


def _write(language: str) -> Path:
    file = CLIENT / "languages" / f"{language}.po"
    file.parent.mkdir(parents=True, exist_ok=True)
    own = _read(file, language)
    for text in missing(language):
        own.add(text, locations=[(messages()[text], None)])  # type: ignore[list-item]  # no line
    with file.open("wb") as opened:
        write_po(opened, own, omit_header=False, width=0)
    return file


def _read(file: Path, language: str) -> Catalog:
    tag = language.replace("-", "_")
    if not file.exists():
        return Catalog(locale=tag, fuzzy=False)
    with file.open("rb") as opened:
        return read_po(opened, locale=tag)
