"""Render templates in a language. HTML is escaped, text is not."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
    select_autoescape,
)

from app.core.languages import APP, CLIENT, ENGLISH, Locale, catalogue, written
from app.kit.texts import plain, quoted

from ._brand import Brand, load_brand

WITH_MESSAGES = (".html", ".txt", ".css")
STANDARD = "standard"
"""`standard/mails/layout.html` is the standard's template, where the client has one of its own."""


class Templates:
    """Finds a template in the client's folder, else in the `templates` of a module, or of core."""

    def __init__(self, client: Path = CLIENT) -> None:
        self.client = client
        self._environment = cache(self._new_environment)

    @cached_property
    def brand(self) -> Brand:
        """Raises BrandInvalid."""
        return load_brand(self.client)

    def has(self, name: str) -> bool:
        return name in self.names

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(self._loader.list_templates())

    def render(self, name: str, locale: Locale, /, **values: Any) -> str:
        return self._template(name, locale).render(self._given(locale, values))

    def render_block(self, name: str, block: str, locale: Locale, /, **values: Any) -> str:
        """Render one block of a template, for example the subject of an e-mail."""
        template = self._template(name, locale)
        context = template.new_context(self._given(locale, values))
        return "".join(template.blocks[block](context))

    def messages(self) -> Iterator[tuple[str, str]]:
        """Yield the English texts of all templates, each with the template's file."""
        environment = self._environment(ENGLISH)
        for folder in (self.client, *_folders()):
            for file in sorted(folder.rglob("*")):
                if file.suffix in WITH_MESSAGES:
                    source = file.read_text(encoding="utf-8")
                    for _, _, text in environment.extract_translations(source):  # type: ignore[attr-defined]  # by the extension
                        place = str(file.relative_to(APP) if file.is_relative_to(APP) else file)
                        yield from ((each, place) for each in _texts(text))

    def _template(self, name: str, locale: Locale) -> Template:
        return self._environment(written(locale.language)).get_template(name)

    def _given(self, locale: Locale, values: dict[str, Any]) -> dict[str, Any]:
        return {"brand": self.brand, "locale": locale, "language": locale.language} | values

    @cached_property
    def _loader(self) -> BaseLoader:
        standard = FileSystemLoader(_folders())
        return ChoiceLoader(
            [FileSystemLoader(self.client), standard, PrefixLoader({STANDARD: standard})]
        )

    def _new_environment(self, language: str) -> Environment:
        known = catalogue(language)
        environment = Environment(
            loader=self._loader,
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=False,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            extensions=["jinja2.ext.i18n"],
        )
        environment.policies["ext.i18n.trimmed"] = True
        install: Callable[..., None] = environment.install_gettext_callables  # type: ignore[attr-defined]  # by the extension
        install(
            lambda english: known.get(english, english),
            lambda one, many, number: known.get(one, one) if number == 1 else known.get(many, many),
            newstyle=True,
        )
        environment.filters |= FILTERS
        return environment


def _texts(found: str | tuple[str | None, ...]) -> list[str]:
    return [found] if isinstance(found, str) else [each for each in found if each]


def _folders() -> list[Path]:
    return [
        *sorted((APP / "modules").glob("*/templates")),
        *sorted((APP / "core").glob("*/templates")),
    ]


def _moment(at: datetime | str, locale: Locale) -> str:
    """Write a point in time; in the arguments of a job it is text (ISO 8601)."""
    return locale.moment(datetime.fromisoformat(plain(at)) if isinstance(at, str) else at)


FILTERS: dict[str, Callable[..., Any]] = {"moment": _moment, "quoted": quoted}
TEMPLATES = Templates()
