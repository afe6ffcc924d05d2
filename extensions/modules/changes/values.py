"""Write a value for rows that are there as SQL: a constant of the field's type, or an expression in brackets."""

import datetime as dt
from uuid import UUID

from ..fields.field import Field
from ..fields.reading import Wrong, fits
from ..fields.types import EMAIL_COLUMN, URL_COLUMN

_LENGTHS = {"email": EMAIL_COLUMN, "url": URL_COLUMN}


def sql_value(field: Field, said: str) -> str:
    """Return what a `backfill` says. Raises Wrong."""
    if said.startswith("("):
        return said
    if field.kind in ("ref", "json"):
        raise Wrong(f"'backfill {said}' cannot be: a {field.kind} takes an SQL expression in brackets")
    text = _unquoted(said)
    if not _is_valid(field, text):
        raise Wrong(f"'backfill {said}' is no {field.kind} that fits: give one that does, or SQL in brackets")
    return sql_constant(field, text)


def sql_constant(field: Field, text: str) -> str:
    """Return a value of the field as SQL."""
    match field.kind:
        case "int" | "decimal":
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
            case "uuid":
                return bool(UUID(text))
            case _:
                return fits(field, text)
    except ValueError:
        return False
