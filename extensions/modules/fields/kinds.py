"""Kinds whose types, samples and imports are a table: what types.py and samples.py ask first."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .._sources import load_source


@dataclass(frozen=True)
class PlainKind:
    """Code for one kind. Of `examples` and `in_json`, {n} is a number from 1; of `counted` and `seed`, an expression.

    `column` and `step` are the type in the model, empty if the Python type implies it, and in a migration; `query` is
    the type of a filter in a route, and `answer` that of the Read schema, unless they are the Python type.
    """

    python: str
    step: str
    incoming: str
    package: str
    examples: str
    in_json: str
    counted: str
    seed: str
    column: str = ""
    imports: str = ""
    values: str = ""
    query: str = ""
    answer: str = ""


def _text(length: int, incoming: str, package: str, examples: str, counted: str, query: str = "") -> PlainKind:
    return PlainKind(
        python="str",
        column=f"sa.String({length})",
        step=f"sa.String({length})",
        incoming=incoming,
        package=package,
        examples=examples,
        in_json=examples,
        counted=counted,
        seed=counted,
        query=query,
    )


COUNTRY_EXAMPLES = ("AT", "DE", "FR", "IT", "NL", "PL", "SE", "UA", "US", "ZA")
CURRENCY_EXAMPLES = ("CHF", "EUR", "GBP", "INR", "JPY", "NOK", "PLN", "SEK", "USD", "ZAR")
ZONE_EXAMPLES = ("Asia/Tokyo", "Europe/Berlin", "Europe/Paris", "Europe/Rome", "Pacific/Fiji", "UTC")

PLAIN_KINDS: Mapping[str, PlainKind] = {
    "bigint": PlainKind(
        python="int",
        column="sa.BigInteger",
        step="sa.BigInteger()",
        incoming="BigInteger",
        package="app.kit.numbers",
        examples="{n}",
        in_json="{n}",
        counted="number",
        seed="number",
        query="BigIntegerParameter",
    ),
    "float": PlainKind(
        python="float",
        column="sa.Double",
        step="sa.Double()",
        incoming="FiniteFloat",
        package="app.kit.numbers",
        examples="{n}.5",
        in_json="{n}.5",
        counted="number + 0.5",
        seed="number + 0.5",
    ),
    "time": PlainKind(
        python="dt.time",
        step="sa.Time()",
        incoming="TimeOfDay",
        package="app.kit.moments",
        examples="dt.time({n})",
        in_json='"{n:02}:00:00"',
        counted="dt.time(number % 24)",
        seed="dt.time(number)",
        imports="import datetime as dt",
        values="import datetime as dt",
        answer="TimeOfDay",
    ),
    "duration": PlainKind(
        python="dt.timedelta",
        step="sa.Interval()",
        incoming="Duration",
        package="app.kit.moments",
        examples="dt.timedelta(hours={n})",
        in_json='"PT{n}H"',
        counted="dt.timedelta(hours=number)",
        seed="dt.timedelta(hours=number)",
        imports="import datetime as dt",
        values="import datetime as dt",
        answer="Duration",
    ),
    "slug": _text(63, "UrlSlug", "app.kit.slugs", '"name-{n}"', 'f"name-{number}"', "UrlSlug"),
    "phone": _text(16, "Phone", "app.kit.phones", '"+4930123456{n}"', 'f"+4930{number:07}"', "Phone"),
    "country": _text(2, "Country", "app.kit.countries", "", "", "Country"),
    "currency": _text(3, "Currency", "app.kit.currencies", "", "", "Currency"),
    "timezone": _text(64, "TimeZone", "app.kit.time_zones", "", "", "TimeZone"),
}

CHOSEN: Mapping[str, tuple[str, ...]] = {
    "country": COUNTRY_EXAMPLES,
    "currency": CURRENCY_EXAMPLES,
    "timezone": ZONE_EXAMPLES,
}
"""Sorted values of kinds whose values are a list."""

_ZONE = re.compile(r"UTC|[A-Z][A-Za-z]+(?:/[A-Z][A-Za-z0-9_+-]+){1,2}")
# Minor units of ISO 4217; all other currencies have two places.
_PLACES = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}


def is_known(kind: str, value: str) -> bool:
    match kind:
        case "country":
            return value in load_source("src/app/kit/countries.py").COUNTRIES
        case "currency":
            return value in load_source("src/app/kit/currencies.py").CURRENCIES
        case _:
            return bool(_ZONE.fullmatch(value))


def places_of(currency: str) -> int:
    """Return the digits after the point that a currency has."""
    return _PLACES.get(currency, 2)
