"""Compare a module as it was described with its description now."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from ..fields import Module
from ..fields.field import Field
from ..fields.many import Many
from ..fields.refs import Link
from ..fields.types import EMAIL_COLUMN, ENUM_COLUMN, URL_COLUMN, condition, step_type
from ..options import FOUND_IN_SERVICES
from ..options import NAMES as OPTIONS
from ..options import written as written_option
from .money import with_currencies
from .parts import Part, parts_of
from .values import sql_default, sql_value
from .words import Words
from .written import written

_CODES = {"slug": 63, "phone": 16, "country": 2, "currency": 3, "timezone": 64}
_LENGTHS = {"email": EMAIL_COLUMN, "url": URL_COLUMN, "enum": ENUM_COLUMN, **_CODES}
_TEXTS = frozenset({"str", "text", *_LENGTHS})
_DIGITS = {"int": 10, "bigint": 19}
_WIDER = {("int", "bigint"), ("int", "float")}


@dataclass(frozen=True)
class Pair:
    """A field that was there and stays, before and after; `said` is the value for rows that do not fit."""

    before: Field
    after: Field
    said: str = ""

    @property
    def is_renamed(self) -> bool:
        return self.before.column != self.after.column

    @property
    def has_other_type(self) -> bool:
        return step_type(self.before) != step_type(self.after)

    @property
    def is_shorter(self) -> bool:
        before, after = _longest(self.before), _longest(self.after)
        return {self.before.kind, self.after.kind} <= _TEXTS and after is not None and (before or after + 1) > after

    @property
    def becomes_required(self) -> bool:
        return self.before.optional and not self.after.optional

    @property
    def lost_values(self) -> bool:
        """True if rows may have a value that the enum does not know any more."""
        return self.after.kind == "enum" and (
            self.before.kind != "enum" or not set(self.before.values) <= set(self.after.values)
        )

    @property
    def has_other_limits(self) -> bool:
        before = condition(replace(self.before, name=self.after.name))
        return self.after.checked and condition(self.after) != before

    @property
    def can_be_converted(self) -> bool:
        before, after = self.before, self.after
        if "ref" in (before.kind, after.kind):
            return before.kind == after.kind and before.target == after.target
        if {before.kind, after.kind} <= _TEXTS or step_type(before) == step_type(after):
            return True
        whole_digits = after.digits - after.places
        if after.kind == "decimal" and before.kind == "decimal":
            return after.places >= before.places and whole_digits >= before.digits - before.places
        if after.kind == "decimal" and before.kind in _DIGITS:
            return whole_digits >= _DIGITS[before.kind]
        return (before.kind, after.kind) in _WIDER

    @property
    def unfit(self) -> str:
        """Return SQL that finds the rows that have to change, by the new name of the column."""
        column = self.after.column
        known = ", ".join(f"'{value}'" for value in self.after.values)
        conditions = [
            f"{column} IS NULL" if self.becomes_required else "",
            f"{column} NOT IN ({known})" if self.lost_values else "",
            f"length({column}) > {_longest(self.after)}" if self.is_shorter and self.after.kind != "enum" else "",
            f"NOT ({condition(self.after)})" if self.has_other_limits else "",
        ]
        return " OR ".join(filter(None, conditions))

    @property
    def value(self) -> str:
        """Return the value for those rows as SQL, or an empty string if none is given."""
        if self.said:
            return sql_value(self.after, self.said)
        if self.becomes_required and self.after.default is not None and not self.lost_values:
            return sql_default(self.after)
        return ""


@dataclass(frozen=True)
class Change:
    before: Module
    after: Module
    words: Words = field(default_factory=Words)
    tables: tuple[str, ...] = ()  # of the project's modules, which SQL in a backfill may read
    unsaid: frozenset[str] = frozenset()  # options that the former description does not mention
    unsaid_now: frozenset[str] = frozenset()

    @property
    def package(self) -> str:
        return self.after.names.package

    @cached_property
    def _words(self) -> Words:
        return with_currencies(self.words, self.before, self.after)

    @cached_property
    def added(self) -> list[Field]:
        kept = {pair.after.name for pair in self.kept}
        return [each for each in self.after.fields if each.name not in kept]

    @cached_property
    def dropped(self) -> list[Field]:
        kept = {pair.before.name for pair in self.kept}
        return [each for each in self.before.fields if each.name not in kept]

    @cached_property
    def kept(self) -> list[Pair]:
        before = {each.name: each for each in self.before.fields}
        names = {each.name: self._words.renamed.get(each.name, each.name) for each in self.after.fields}
        return [
            Pair(before[names[each.name]], each, self._words.filled.get(each.name, ""))
            for each in self.after.fields
            if names[each.name] in before
        ]

    @property
    def added_links(self) -> list[Link]:
        before = {link.name for link in self.before.links}
        return [link for link in self.after.links if link.name not in before]

    @property
    def dropped_links(self) -> list[Link]:
        after = {link.name for link in self.after.links}
        return [link for link in self.before.links if link.name not in after]

    @property
    def kept_links(self) -> list[tuple[Link, Link]]:
        """Return the links that were there and stay, before and after, if they differ."""
        after = {link.name: link for link in self.after.links}
        return [
            (link, after[link.name]) for link in self.before.links if link.name in after and after[link.name] != link
        ]

    @property
    def added_many(self) -> list[Many]:
        before = {many.name for many in self.before.many}
        return [many for many in self.after.many if many.name not in before]

    @property
    def dropped_many(self) -> list[Many]:
        after = {many.name for many in self.after.many}
        return [many for many in self.before.many if many.name not in after]

    @cached_property
    def kept_many(self) -> list[tuple[Many, Many, "Change"]]:
        """Return the lists of rows that were there and stay, before and after, with the change of their fields."""
        before = {many.name: many for many in self.before.many}
        pairs = [(before[many.name], many) for many in self.after.many if many.name in before]
        return [(former, many, self._of_many(former, many)) for former, many in pairs]

    def _of_many(self, before: Many, after: Many) -> "Change":
        words = Words(**self.words.many.get(after.name, {}))
        return Change(Module(before.names, before.fields), Module(after.names, after.fields), words, self.tables)

    @property
    def gone(self) -> list[str]:
        """Return the names of columns that are not there any more."""
        renamed = [pair.before.column for pair in self.kept if pair.is_renamed]
        return [*renamed, *(each.column for each in self.dropped), *(each.ids for each in self.dropped_links)]

    @property
    def names_gone(self) -> list[str]:
        """Return the names that code may use and that are not there any more."""
        inner = (column for _, _, change in self.kept_many for column in change.gone)
        return [*self.gone, *(many.name for many in self.dropped_many), *inner]

    def in_order(self, tables: Mapping[str, Sequence[str]]) -> "Change":
        """Return the change with the fields in the order of their tables' columns; the answers file sorts by name.

        A new field stays behind the one that it follows in the description.
        """
        columns = tables.get(self.after.names.table, ())
        places = {column: place for place, column in enumerate(columns)}
        before = sorted(self.before.fields, key=lambda each: places.get(each.column, len(places)))
        kept = {pair.before.name: pair.after for pair in self.kept}
        after = [kept[each.name] for each in before if each.name in kept]
        fields = list(self.after.fields)
        for added in self.added:
            place = fields.index(added)
            after.insert(after.index(fields[place - 1]) + 1 if place else 0, added)
        rows = {many.name: change.in_order(tables) for _, many, change in self.kept_many}
        return replace(
            self,
            before=_in_order(self.before, before, {name: change.before for name, change in rows.items()}, tables),
            after=_in_order(self.after, after, {name: change.after for name, change in rows.items()}, tables),
        )

    @property
    def adds_archive(self) -> bool:
        return self.after.options.archive and not self.before.options.archive

    @property
    def former_search(self) -> list[str]:
        """Return the columns that lists searched before, by their former names."""
        return [each.column for each in self.before.searched]

    @property
    def search(self) -> list[str]:
        return [each.column for each in self.after.searched]

    def as_found(self, services: str) -> "Change":
        """Return the change with the options that are not mentioned as the module's own services have them."""
        found: dict[str, Any] = {
            name: any(call in services for call in FOUND_IN_SERVICES[name]) for name in self.unsaid
        }
        found_now: dict[str, Any] = {name: found[name] for name in self.unsaid & self.unsaid_now}
        before = replace(self.before, options=replace(self.before.options, **found))
        after = replace(self.after, options=replace(self.after.options, **found_now))
        return replace(self, before=before, after=after)

    def value_of(self, added: Field) -> str:
        """Return the value of a new column in rows that are there, as SQL; an empty string means NULL."""
        said = self._words.filled.get(added.name, "")
        return sql_value(added, said) if said else sql_default(added)

    @property
    def removed_parts(self) -> list[Part]:
        """Return the parts that fields which stay do not have any more, by the new names of their columns."""
        return [part for pair in self.kept for part in self._renamed(pair) if part not in parts_of(pair.after)]

    @property
    def added_parts(self) -> list[Part]:
        kept = [part for pair in self.kept for part in parts_of(pair.after) if part not in self._renamed(pair)]
        return [*kept, *(part for each in self.added for part in parts_of(each))]

    def _renamed(self, pair: Pair) -> list[Part]:
        """Return the former parts by the new names of columns, as renaming the columns leaves them."""
        columns = {each.before.column: each.after.column for each in self.kept}
        beside = tuple(columns.get(column, column) for column in pair.before.unique_with)
        return parts_of(replace(pair.before, name=pair.after.name, unique_with=beside))

    @property
    def said(self) -> list[str]:
        """Return what will be done, a line for each field."""
        lines = (*self._said_of_fields, *self._said_of_links, *self._said_of_many)
        fields = [f"{self.package}.{line}" for line in lines]
        return [*fields, *(f"{self.package}: {line}" for line in self._said_of_options)]

    @property
    def _said_of_fields(self) -> Iterator[str]:
        yield from (f"{each.name}: new, {written(each)}{self._rows_get(self.value_of(each))}" for each in self.added)
        yield from (self._said_of(pair) for pair in self.kept if pair.before != pair.after)
        yield from (f"{each.name}: dropped, with its column and its values" for each in self.dropped)

    @property
    def _said_of_many(self) -> Iterator[str]:
        yield from (f"{many.name}: new, many, rows: {many.limits}" for many in self.added_many)
        for before, after, change in self.kept_many:
            yield from (f"{after.name}.{line}" for line in change._said_of_fields)
            if before.limits != after.limits:
                yield f"{after.name}: rows: {before.limits} → {after.limits}"
        yield from (f"{many.name}: dropped, with its table {many.table}" for many in self.dropped_many)

    @property
    def _said_of_options(self) -> Iterator[str]:
        before, after = self.before.options, self.after.options
        for name in OPTIONS:
            if getattr(before, name) != getattr(after, name):
                yield f"{written_option(before, name)} → {written_option(after, name)}"

    @property
    def _said_of_links(self) -> Iterator[str]:
        yield from (f"{link.name}: new, {link.written}" for link in self.added_links)
        for before, after in self.kept_links:
            texts = before.written, after.written
            yield f"{after.name}: {' → '.join(texts) if texts[0] != texts[1] else after.written}"
        yield from (f"{link.name}: dropped, with its table {link.table}" for link in self.dropped_links)

    def _said_of(self, pair: Pair) -> str:
        was = f"was {pair.before.name}, " if pair.before.name != pair.after.name else ""
        texts = [written(pair.before), written(pair.after)]
        how = " → ".join(texts) if texts[0] != texts[1] else texts[0]
        return f"{pair.after.name}: {was}{how}{self._rows_get(pair.value if pair.unfit else '')}"

    @staticmethod
    def _rows_get(value: str) -> str:
        return f"; rows that are there get {value}" if value else ""


def _in_order(module: Module, fields: Sequence[Field], rows: Mapping[str, Module], tables: Iterable[str]) -> Module:
    """Return the module with these fields, with those of rows by list, and with its lists in the tables' order."""
    places = {table: place for place, table in enumerate(tables)}
    many = (replace(each, fields=rows[each.name].fields) if each.name in rows else each for each in module.many)
    return replace(
        module,
        fields=tuple(fields),
        links=tuple(sorted(module.links, key=lambda link: places.get(link.table, len(places)))),
        many=tuple(sorted(many, key=lambda each: places.get(each.table, len(places)))),
    )


def _longest(each: Field) -> int | None:
    return each.length or _LENGTHS.get(each.kind)
