"""Write the migration step of a change: calls of app.database.field_changes, and their reverse."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..fields.field import Field
from ..fields.refs import Link
from ..fields.strings import WIDTH, literals, quoted
from ..fields.types import step_type
from ..scaffold import environment
from .change import Change, Pair
from .parts import Part, parts_of

_TEMPLATE = Path(__file__).with_name("step.py.jinja")
LINKS = {"add_links", "drop_links", "set_links_rule"}
"""Functions of app.database.link_changes."""
_LONGEST_NAME, _LONGEST_CONSTANT = 40, 40
_BESIDE = ("unique", "shared_unique", "unique_among_living")  # their names have all of their columns
_ROOM = 56  # for the names of module and step on a line that imports the step
_ARCHIVED_AT = """sa.Column(
            "archived_at",
            sa.DateTime(timezone=True),
            nullable=True,
        )"""


@dataclass(frozen=True)
class Call:
    function: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """A file of a module's migrations folder, without its number."""

    name: str
    text: str


def step_of(change: Change) -> Step | None:
    """Return the step, or None if the table stays as it is."""
    up, down = list(_upgrade(change)), list(_downgrade(change))
    if not up:
        return None
    title, calls = _title(change), [*up, *down]
    text = (
        environment()
        .from_string(_TEMPLATE.read_text(encoding="utf-8"))
        .render(
            title=title,
            up=up,
            down=down,
            allowed=sorted(_allowed(up)),
            functions=sorted({call.function for call in calls} - LINKS),
            link_functions=sorted({call.function for call in calls} & LINKS),
            has_types=any("sa." in argument for call in calls for argument in call.arguments),
            has_list=any("ARRAY(sa." in argument for call in calls for argument in call.arguments),
            has_json=any("JSONB" in argument for call in calls for argument in call.arguments),
        )
    )
    name = re.sub(r"\W+", "_", title.rpartition(": ")[2].rstrip(".").lower())
    return Step(name[: min(_LONGEST_NAME, _ROOM - len(change.package))].strip("_"), text)


def _allowed(up: Iterable[Call]) -> Iterator[tuple[str, str]]:
    """Yield rules of the project's `make lint-migrations` that the step breaks, each with the reason."""
    functions = {call.function for call in up}
    if any("server_default" in argument for call in up for argument in call.arguments):
        yield "ban-drop-default", "it was for the rows that are there; the model has the default."
    if "drop_links" in functions:
        yield "ban-drop-table", "the description says drop; deploy the code without it first."
    if "drop_column" in functions:
        yield "ban-drop-column", "the description says drop; deploy the code without it first."
    if "drop_search" in functions:
        yield "ban-drop-table", "the description says no search; deploy the code without it first."
    if functions & {"stop_search", "drop_search"}:
        yield "ban-drop-function", "only the trigger calls it, which is dropped too."
    if functions & {"change_type", "shorten"}:
        yield "changing-column-type", "the new type takes the same values."


def _title(change: Change) -> str:
    names = change.after.names.plural_label.capitalize()
    renamed = [pair for pair in change.kept if pair.is_renamed]
    rest = {pair.after.name for pair in change.kept if not pair.is_renamed and _touches(change, pair)}
    found = [
        *(f"add {field.name}" for field in change.added),
        *(f"rename {pair.before.name} to {pair.after.name}" for pair in renamed),
        *(f"change {name}" for name in sorted(rest)),
        *(f"drop {field.name}" for field in change.dropped),
        *(f"add {link.name}" for link in change.added_links),
        *(f"change {before.name}" for before, after in change.kept_links if before.on_delete != after.on_delete),
        *(f"drop {link.name}" for link in change.dropped_links),
    ]
    if change.adds_archive:
        return f"{names}: archive rows."
    return f"{names}: {found[0]}." if len(found) == 1 else f"{names}: change {len(found)} fields."


def _touches(change: Change, pair: Pair) -> bool:
    parts = [part.column for part in (*change.removed_parts, *change.added_parts)]
    nullable = pair.before.optional != pair.after.optional
    searched = pair.before.searched != pair.after.searched
    return pair.has_other_type or nullable or bool(pair.unfit) or searched or pair.after.column in parts


def _upgrade(change: Change) -> Iterator[Call]:
    table = change.after.names.table
    yield from _stopped_search(change.former_search, change.search, table)
    for pair in change.kept:
        if pair.is_renamed:
            yield _call("rename_column", table, pair.before.column, pair.after.column)
    if change.adds_archive:
        yield Call("add_column", (quoted(table), _ARCHIVED_AT))
    yield from (_part("drop", table, part) for part in change.removed_parts)
    for pair in change.kept:
        if pair.has_other_type and not pair.is_shorter:
            yield _typed("change_type", table, pair.after)
    for field in change.added:
        yield from _add(change, field)
    for pair in change.kept:
        yield from _change(change, pair)
    yield from (_part("add", table, part) for part in change.added_parts)
    yield from _started_search(change.former_search, change.search, table)
    for field in change.dropped:
        yield _call("drop_column", table, field.column)
    for link in change.added_links:
        yield _add_links(link)
    for before, after in change.kept_links:
        if before.on_delete != after.on_delete:
            yield _links_rule(after)
    for link in change.dropped_links:
        yield _call("drop_links", link.table)


def _add_links(link: Link) -> Call:
    columns = [link.table, link.own_column, link.module.table, link.column, link.target.table, link.on_delete.upper()]
    return Call("add_links", tuple(map(quoted, columns)))


def _links_rule(link: Link) -> Call:
    return _call("set_links_rule", link.table, link.column, link.target.table, link.on_delete.upper())


def _add(change: Change, field: Field) -> Iterator[Call]:
    table, value = change.after.names.table, change.value_of(field)
    if not value:
        yield _column(table, field, "")
    elif not value.startswith("(") and len(value) <= _LONGEST_CONSTANT:
        yield _column(table, field, value)
    else:
        yield _column(table, field, "")
        yield _fill(change, field, value, f"{field.column} IS NULL")
        if not field.optional:
            yield _call("require", table, field.column)


def _change(change: Change, pair: Pair) -> Iterator[Call]:
    table, field = change.after.names.table, pair.after
    if pair.unfit and pair.value:
        yield _fill(change, field, pair.value, pair.unfit)
    if pair.has_other_type and pair.is_shorter:
        yield _typed("shorten", table, field)
    if pair.becomes_required:
        yield _call("require", table, field.column)
    elif field.optional and not pair.before.optional:
        yield _call("allow_null", table, field.column)


def _stopped_search(before: list[str], after: list[str], table: str) -> Iterator[Call]:
    """The words are not kept while columns change that they are kept of."""
    if before and {*before} != {*after}:
        yield _call("stop_search" if after else "drop_search", table)


def _started_search(before: list[str], after: list[str], table: str) -> Iterator[Call]:
    if after and {*before} != {*after}:
        yield _call("change_search" if before else "add_search", table, *after)


def _downgrade(change: Change) -> Iterator[Call]:
    table = change.after.names.table
    for link in change.dropped_links:
        yield _add_links(link)
    for before, after in change.kept_links:
        if before.on_delete != after.on_delete:
            yield _links_rule(before)
    for link in reversed(change.added_links):
        yield _call("drop_links", link.table)
    yield from _stopped_search(change.search, change.former_search, table)
    for field in change.dropped:
        yield _column(table, field, "")
        yield from (_part("add", table, part) for part in parts_of(field))
    for part in reversed(change.added_parts):
        if part.column not in {field.column for field in change.added}:
            yield _part("drop", table, part)
    for field in reversed(change.added):
        yield _call("drop_column", table, field.column)
    for pair in change.kept:
        if pair.becomes_required:
            yield _call("allow_null", table, pair.after.column)
        elif pair.after.optional and not pair.before.optional:
            yield _call("require", table, pair.after.column)
        if pair.has_other_type:
            yield _typed("change_type", table, pair.before, pair.after.column)
    yield from (_part("add", table, part) for part in change.removed_parts)
    for pair in change.kept:
        if pair.is_renamed:
            yield _call("rename_column", table, pair.after.column, pair.before.column)
    yield from _started_search(change.search, change.former_search, table)
    if change.adds_archive:
        yield _call("drop_column", table, "archived_at")


def _call(function: str, table: str, *words: str) -> Call:
    return Call(function, tuple(map(quoted, (table, *words))))


def _part(verb: str, table: str, part: Part) -> Call:
    arguments = part.arguments if verb == "add" or part.kind in _BESIDE else ()
    if part.kind == "allowed" and arguments:
        return Call(f"{verb}_allowed", (quoted(table), quoted(part.column), _text(*arguments)))
    return _call(f"{verb}_{part.kind}", table, part.column, *arguments)


def _typed(function: str, table: str, field: Field, column: str = "") -> Call:
    return Call(function, (quoted(table), quoted(column or field.column), step_type(field)))


def _column(table: str, field: Field, value: str) -> Call:
    nullable = field.optional or not value
    lines = [quoted(field.column), step_type(field)]
    if value:
        lines.append(f"server_default={quoted(_constant(value))}")
    lines.append(f"nullable={nullable}")
    inside = "".join(f"            {line},\n" for line in lines)
    return Call("add_column", (quoted(table), f"sa.Column(\n{inside}        )"))


def _constant(literal: str) -> str:
    """Return what an SQL literal says: SQLAlchemy quotes it again."""
    return literal[1:-1].replace("''", "'") if literal.startswith("'") else literal


def _fill(change: Change, field: Field, value: str, where: str) -> Call:
    table = change.after.names.table
    reads = [name for name in sorted({*change.tables} - {table}) if re.search(rf"\b{name}\b", value)]
    texts = (_text(value), _text(where))
    function, read = ("fill_shared", ()) if field.is_shared else ("fill", map(quoted, reads))
    return Call(function, (quoted(table), quoted(field.column), *texts, *read))


def _text(text: str) -> str:
    """Return an argument as one literal or, in brackets, as several, one a line."""
    lines = literals(text, WIDTH - len("        ,"))
    if len(lines) == 1:
        return lines[0]
    return "(\n" + "".join(f"            {line}\n" for line in literals(text, WIDTH - 12)) + "        )"
