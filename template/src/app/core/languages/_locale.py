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

    def short_date(self, day: date) -> str:
        """Write a day in a table: `Nov 27, 2026` or `27.11.2026`."""
        return format_date(day, "medium", locale=_babel(self.language))

    def date(self, day: date) -> str:
        """Write a day: 27 November 2026 is `November 27, 2026` or `27. November 2026`."""
        return format_date(day, "long", locale=_babel(self.language))

    def moment(self, at: datetime) -> str:
        """Write a point in time, to the minute, in the person's time zone."""
        day = self.date(at.astimezone(_zone(self.time_zone)).date())
        return f"{day}, {self.clock(at)}"

    def clock(self, at: datetime) -> str:
        """Write the time of a day: `09:30 UTC`."""
        local = at.astimezone(_zone(self.time_zone))
        return format_datetime(local, "HH:mm zzz", locale=_babel(self.language))

    def short_moment(self, at: datetime) -> str:
        """Write a point in time in a table, to the minute, in the person's time zone."""
        return _short_moment(self.language, self.time_zone, at.replace(second=0, microsecond=0))

    def number(self, value: int | float | Decimal) -> str:
        return format_decimal(value, locale=_babel(self.language))

    def decimal(self, value: Decimal) -> str:
        """Write a number with all its decimal places, zeros too: 1234.50 is `1.234,50`."""
        exponent = value.as_tuple().exponent
        places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        form = f"#,##0.{'0' * places}".rstrip(".")
        return format_decimal(value, form, locale=_babel(self.language))

    def money(self, amount: int | Decimal, currency: str) -> str:
        """Write an amount; `currency` is a code of ISO 4217."""
        return format_currency(amount, currency, locale=_babel(self.language))


@lru_cache(maxsize=4096)
def _short_moment(language: str, time_zone: str, at: datetime) -> str:
    locale = Locale(language, time_zone)
    return f"{locale.short_date(at.astimezone(_zone(time_zone)).date())}, {locale.clock(at)}"


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
