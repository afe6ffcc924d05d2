"""Texts of pages in the user's language, and values as that language writes them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from app.core.languages import Locale, Localized, Text, catalogue, localize, texts, written

Words = Text | str
"""A text of ours, or what somebody wrote: a name, or a sentence that the API has translated."""
NOTHING = Text("")
YES, NO, NEVER = texts("Yes", "No", "never")
ROLES = texts("owner", "admin", "member", "viewer")
STATES = texts(
    "waiting",
    "running",
    "handled",
    "failed",
    "skipped",
    "aborted",
    "cancelled",
    "succeeded",
    "deferred",
    "started",
    "scheduled",
    "retried",
    "abort requested",
    "deferred for retry",
)
"""Words that are stored in English and translated where they are shown."""
_ENGLISH = Locale()


def choice_name(value: object) -> Text:
    """Return one of several values as people read it: `in_transit` is "in transit"."""
    return Text(str(value).replace("_", " "))


def role_name(name: str) -> Words:
    """Return the name of a built-in role in the person's language, else as the tenant wrote it."""
    return next((role for role in ROLES if role.english == name), name)


@dataclass(frozen=True)
class Moment(Localized):
    """A point in time (ISO 8601), shown in the person's time zone."""

    text: str

    def write(self, locale: Locale) -> str:
        try:
            shown = locale.short_moment(datetime.fromisoformat(self.text))
        except (ValueError, OverflowError):  # no moment, or one that the zone has no year for
            return escape(self.text)
        return Markup('<time datetime="{}">{}</time>').format(self.text, shown)


@dataclass(frozen=True)
class Day(Localized):
    text: str

    def write(self, locale: Locale) -> str:
        try:
            return locale.short_date(date.fromisoformat(self.text))
        except ValueError:
            return self.text


@dataclass(frozen=True)
class Number(Localized):
    """A number of JSON: decimals are texts there, with all their digits."""

    value: object

    def write(self, locale: Locale) -> str:
        try:
            number = Decimal(str(self.value))
        except InvalidOperation:
            return str(self.value)
        return locale.decimal(number) if number.is_finite() else str(self.value)


@pass_context
def finalize(context: Context, value: Any) -> Any:
    """Write what a template shows, in the language of the page."""
    return localize(value, locale_of(context)) if isinstance(value, Localized) else value


@pass_context
def gettext(context: Context, english: str, **values: Any) -> str:
    """Translate a text of a template (`{% trans %}`, `_`); its values are escaped."""
    locale = locale_of(context)
    text = catalogue(written(locale.language)).get(english, english)
    return Markup(text) % {name: localize(value, locale) for name, value in values.items()}  # noqa: S704 - our own text


def locale_of(context: Context) -> Locale:
    """Return the page's; a template that is imported without its context has none."""
    found = context.get("locale")
    return found if isinstance(found, Locale) else _ENGLISH
