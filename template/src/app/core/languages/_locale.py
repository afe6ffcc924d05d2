"""A person's language and time zone: what pages and e-mails are written with."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import babel
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal

from ._catalogues import ENGLISH
from ._choice import known
from ._translation import translate


@dataclass(frozen=True, slots=True)
class Locale:
    language: str = ENGLISH
    time_zone: str = "UTC"

    @classmethod
    def of(cls, *languages: str | None, time_zone: str | None = None) -> "Locale":
        """Return the first of the languages that the app has, else English."""
        found = next((tag for tag in map(known, languages) if tag), ENGLISH)
        return cls(found, time_zone or "UTC")

    def text(self, english: str) -> str:
        return translate(self.language, english)

    def date(self, day: date) -> str:
        """Write a day: 27 November 2026 is `November 27, 2026` or `27. November 2026`."""
        return format_date(day, "long", locale=_babel(self.language))

    def moment(self, at: datetime) -> str:
        """Write a point in time, to the minute, in the person's time zone."""
        local = at.astimezone(_zone(self.time_zone))
        day = self.date(local.date())
        clock = format_datetime(local, "HH:mm zzz", locale=_babel(self.language))
        return f"{day}, {clock}"

    def number(self, value: int | float | Decimal) -> str:
        return format_decimal(value, locale=_babel(self.language))

    def money(self, amount: int | Decimal, currency: str) -> str:
        """Write an amount; `currency` is a code of ISO 4217."""
        return format_currency(amount, currency, locale=_babel(self.language))


@lru_cache(maxsize=256)
def _babel(language: str) -> babel.Locale:
    try:
        return babel.Locale.parse(language, sep="-")
    except (babel.UnknownLocaleError, ValueError):
        return babel.Locale.parse(ENGLISH)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
