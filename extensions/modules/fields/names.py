"""Reserved names of fields, and messages that explain them."""

import keyword
import re
from collections.abc import Iterable
from dataclasses import replace

from ..names import Names
from ..reserved_names import BUILTINS
from .field import Field
from .kinds import PLAIN_KINDS

LONGEST, LONGEST_OF_REF = 40, 39
LONGEST_IN_POSTGRES = 63

_OF_EVERY_ROW = frozenset({"id", "tenant_id", "created_at", "updated_at"})

# Attributes of SQLAlchemy's and pydantic's classes, which a field of this name would hide.
_OF_THE_CLASSES = frozenset(
    "metadata registry construct copy dict fields from_orm json parse_file parse_obj parse_raw schema schema_json"
    " update_forward_refs validate".split()
)
# Parameters of list routes, and names that the bodies of models and schemas use; fields may reuse all other names.
_OF_THE_FILES = frozenset(
    "cursor default_day default_moment default_user dt left_out limit mapped_column sa self sort".split()
)
# Names that schemas.py and routes.py import or define, which field types must not hide.
_IMPORTED = frozenset(
    "Annotated Any Day Decimal Depends EmailStr Field Ids Integer JsonFloat JsonNumber Limit Literal Moment OwnedSchema"
    " Page Query Schema Service StrictBool StringConstraints Texts Url".split()
)
_SUFFIXES = ("CreateMany", "DeleteMany", "ReadMany", "Create", "Change", "Read", "Sort", "Service", "Permission")
_LONGEST_ALIAS, _MORE = 29, "Value"

# PostgreSQL's reserved words: https://www.postgresql.org/docs/current/sql-keywords-appendix.html
SQL_WORDS = frozenset(
    """
    all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
    column concurrently constraint create cross current_catalog current_date current_role current_schema current_time
    current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze
    from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like
    limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary
    references returning right select session_user similar some symmetric system_user table tablesample then to
    trailing true union unique user using variadic verbose when where window with
    """.split()
)


def spelling_problem(name: object) -> str:
    if not isinstance(name, str):
        return f"YAML reads this name as {name!r}: put it in quotes, or use another"
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        return "this cannot be a field's name: start with a letter a-z, then use a-z, 0-9 and single _"
    if len(name) > LONGEST:
        return f"this name has {len(name)} characters: use at most {LONGEST}"
    return ""


def name_problem(field: Field, module: Names) -> str:
    if reason := _reason(field, module):
        another = _another_name(field, module)
        return f"{reason}, such as {another}" if another else reason
    return _length_problem(field, module)


def _reason(field: Field, module: Names) -> str:
    """Return why the name is not allowed, or an empty string."""
    name = field.name
    if field.kind == "ref" and name.endswith("_id"):
        return "a ref gets its _id by itself: use another name"
    if name in _OF_EVERY_ROW or field.column in _OF_EVERY_ROW:
        return f"every row has {field.column} already: leave it out, or use another name"
    if name in keyword.kwlist:
        return "this is a word of Python itself: use another name"
    if field.column in SQL_WORDS:
        return "this is a word of SQL: use another name"
    if field.column in BUILTINS:
        return f"this would hide Python's own {name}: use another name"
    if name.startswith("model_") or field.column in _OF_THE_CLASSES:
        return "this would hide something that every model or schema has: use another name"
    if _is_used(field, module):
        return "the module's own files use this name already: use another name"
    if field.kind == "decimal" and module.class_name == "Decimal":
        return "the module's class has the name of Python's Decimal: give the module another name"
    return ""


def _another_name(field: Field, module: Names) -> str:
    """Suggest a valid name: without a ref's `_id`, longer, or numbered; an empty string if none of these is valid."""
    bare = field.name.removesuffix("_id") if field.kind == "ref" else field.name
    longer = (f"{module.singular}_{bare}", f"own_{bare}", f"{bare}_of_it"[-LONGEST:])
    candidates = (bare, *longer, *(f"{bare[:10]}_{number}" for number in range(2, 9)))
    return next((name for name in candidates if not _is_refused(replace(field, name=name), module)), "")


def _is_refused(field: Field, module: Names) -> bool:
    return bool(spelling_problem(field.name) or _reason(field, module) or _length_problem(field, module))


def twice_problem(field: Field, others: Iterable[Field]) -> str:
    for other in others:
        if other.column == field.column:
            return f"{other.name} makes a column {field.column} too: rename one of them"
        if other.class_name == field.class_name:
            return f"{other.name} is too similar a name: rename one of them"
    return ""


def aliases(fields: Iterable[Field], class_name: str, others: Iterable[str] = ()) -> dict[str, str]:
    """Name each field's type, such as `Status`, without hiding builtins, imports, `others` or another field's type."""
    fields, found = list(fields), {}
    kinds = [PLAIN_KINDS[field.kind] for field in fields if field.kind in PLAIN_KINDS]
    imported = {name for kind in kinds for name in (kind.incoming, kind.query)}
    taken = {*_IMPORTED, *others, *imported, *BUILTINS, *classes(class_name)}
    for field in fields:
        long = len(field.class_name) > _LONGEST_ALIAS
        free = field.class_name[: _LONGEST_ALIAS - len(_MORE)] if long else field.class_name
        while free in taken:
            free += _MORE
        taken.add(free)
        found[field.name] = free
    return found


def classes(class_name: str) -> list[str]:
    """Return the classes that a module's files may have."""
    return [f"{class_name}{suffix}" for suffix in _SUFFIXES]


def _is_used(field: Field, module: Names) -> bool:
    if field.kind == "ref":
        return False
    return field.name in _OF_THE_FILES or field.name == module.plural


def _length_problem(field: Field, module: Names) -> str:
    if field.kind == "ref" and len(name := field.name) > LONGEST_OF_REF:
        return f"this name has {len(name)} characters: a ref may have at most {LONGEST_OF_REF}"
    longest = max(map(len, _constraints(field, module)), default=0)
    if longest <= LONGEST_IN_POSTGRES:
        return ""
    return (
        f"PostgreSQL allows {LONGEST_IN_POSTGRES} characters for a name, its constraint would have {longest}:"
        f" use a name that is {longest - LONGEST_IN_POSTGRES} shorter"
    )


def _constraints(field: Field, module: Names) -> Iterable[str]:
    """Yield the constraint names that the naming convention in app.database.base produces."""
    if field.unique:
        beside = "".join(f"{column}_" for column in field.unique_with)
        yield f"uq_{module.table}_tenant_id_{beside}{'lower_' if field.ignores_case else ''}{field.column}"
    if field.has_index:
        yield f"ix_{module.table}_tenant_id_{field.column}_id"
    if field.kind == "enum":
        yield f"ck_{module.table}_{field.column}_is_known"
    if field.checked:
        yield f"ck_{module.table}_{field.column}_is_allowed"
    if field.kind == "ref":
        yield f"fk_{module.table}_tenant_id_{field.column}"
