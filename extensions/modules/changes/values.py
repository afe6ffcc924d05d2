"""Write a value for rows that are there as SQL: a constant of the field's type, or an expression in brackets."""

import datetime as dt
import re
from uuid import UUID

from ..fields.field import NUMBERS, Field
from ..fields.problem import Wrong
from ..fields.reading import fits
from ..fields.types import EMAIL_COLUMN, URL_COLUMN

_LENGTHS = {"email": EMAIL_COLUMN, "url": URL_COLUMN}
_BRACKETS_ONLY = ("ref", "json", "list")
_FORMS = {
    "time": r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?",
    "duration": r"P(?=[\dT])(\d{1,6}D)?(T(?=\d)(\d{1,6}H)?(\d{1,6}M)?(\d{1,6}S)?)?",
    "slug": r"(?=.{1,63}$)[a-z0-9]+(-[a-z0-9]+)*",
    "phone": r"\+[1-9]\d{6,14}",
}
_COMPUTED = {"datetime": "(now())", "date": "(CURRENT_DATE)"}


def sql_value(field: Field, said: str) -> str:
    """Return what a `backfill` says. Raises Wrong."""
    if said.startswith("("):
        return said
    if field.kind in _BRACKETS_ONLY:
        raise Wrong(f"'backfill {said}' cannot be: a {field.kind} takes an SQL expression in brackets")
    text = _unquoted(said)
    if not _is_valid(field, text):
        raise Wrong(f"'backfill {said}' is no {field.kind} that fits: give one that does, or SQL in brackets")
    return sql_constant(field, text)


def sql_default(field: Field) -> str:
    """Return the default as SQL, or an empty string: nobody is `me` in a migration."""
    if field.default is None:
        return ""
    return _COMPUTED.get(field.kind, "") if field.computed else sql_constant(field, field.default)


def sql_constant(field: Field, text: str) -> str:
    """Return a value of the field as SQL."""
    match field.kind:
        case kind if kind in NUMBERS:
            return text
        case "bool":
            return text.lower()
        case _:
            return "'" + text.replace("'", "''") + "'"


def _unquoted(said: str) -> str:
    quote = said[0]
    quoted = len(said) > 1 and quote in "\"'" and said[-1] == quote
    return said[1:-1].replace(quote * 2, quote) if quoted else said


def _is_valid(field: Field, text: str) -> bool:
    try:
        match field.kind:
            case "email" | "url":
                return 1 <= len(text) <= _LENGTHS[field.kind]
            case "date":
                return dt.date.fromisoformat(text).isoformat() == text
            case "datetime":
                return dt.datetime.fromisoformat(text).tzinfo is not None
            case kind if kind in _FORMS:
                return bool(re.fullmatch(_FORMS[kind], text))
            case "uuid":
                return bool(UUID(text))
            case _:
                return fits(field, text)
    except ValueError:
        return False
