"""Write a value for rows that are there as SQL: a constant of the field's type, or an expression in brackets."""

import datetime as dt
from uuid import UUID

from ..fields.field import Field
from ..fields.reading import Wrong, fits
from ..fields.types import EMAIL_COLUMN, URL_COLUMN

_LENGTHS = {"email": EMAIL_COLUMN, "url": URL_COLUMN}


def sql_value(field: Field, said: str) -> str:
    """Raises Wrong."""
    if said.startswith("("):
        return said
    text = said[1:-1] if len(said) > 1 and said[0] == said[-1] and said[0] in "\"'" else said
    if field.kind in ("ref", "json"):
        raise Wrong(f"'backfill {said}' cannot be: a {field.kind} takes an SQL expression in brackets")
    if not _is_valid(field, text):
        raise Wrong(f"'backfill {said}' is no {field.kind} that fits: give one that does, or SQL in brackets")
    return _literal(field, text)


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


def _literal(field: Field, text: str) -> str:
    match field.kind:
        case "int" | "decimal":
            return text
        case "bool":
            return text.lower()
        case _:
            return "'" + text.replace("'", "''") + "'"
