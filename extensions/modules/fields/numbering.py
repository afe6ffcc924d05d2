"""Parse a number that the module gives its rows: `number("INV-{year}-{n:05}")`."""

import re
from collections.abc import Iterable
from dataclasses import replace

from .field import Field
from .problem import Wrong

LENGTH = 40
"""Of the column, whatever the form: the form can change."""
_FORM = re.compile(r"\s*number\b\s*(?:\(\s*(\"[^\"]*\"|'[^']*')\s*\))?")
_PARTS = re.compile(r"\{n(?::0[1-9])?\}|\{year\}|[A-Za-z0-9._/#-]+|(?P<wrong>.)")
_EXAMPLE = 'number("INV-{year}-{n:05}")'
_DIGITS = 12


def read_form(said: str) -> tuple[str, str] | None:
    """Return the form and what stands after it, or None if the field is no number. Raises Wrong."""
    found = _FORM.match(said)
    if found is None:
        return None
    form = (found[1] or "")[1:-1]
    if not form:
        raise Wrong(f"a number says what it looks like: write for example {_EXAMPLE}")
    parts = [*_PARTS.finditer(form)]
    if any(part["wrong"] for part in parts) or form.count("{n") != 1 or form.count("{year}") > 1:
        raise Wrong(
            f"number({found[1]}) is not allowed: use letters, digits and . _ / # -, {{n}} or {{n:05}} once, and"
            f" {{year}} if each year begins at 1, such as {_EXAMPLE}"
        )
    if len(form) + _DIGITS > LENGTH:
        raise Wrong(f"number({found[1]}) is too long: use at most {LENGTH - _DIGITS} characters")
    return form, said[found.end() :]


def with_form(field: Field, form: str) -> Field:
    """Return the field as a number. Raises Wrong for what a number cannot have."""
    if field.optional:
        raise Wrong("each row has its number: leave out the ?")
    if field.default is not None:
        raise Wrong(f"the module gives each row its number: leave '= {field.default}' out")
    if field.limits or field.unique_with or field.filters:
        raise Wrong("a number is unique by itself, and takes no limits and filters: leave them out")
    return replace(field, numbering=form, unique=True, index=False)


def numbers_problem(field: Field, others: Iterable[Field]) -> str:
    """Return why a module cannot have this number, or an empty string."""
    if field.numbering and field.name == "numbered":
        return "the module's own files use this name already: use another name, such as number"
    for other in others:
        if field.numbering and other.numbering:
            return f"{other.name} is a number too, and a module has one: leave one of the two out"
    return ""
