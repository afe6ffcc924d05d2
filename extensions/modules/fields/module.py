"""A module to generate: its names, its fields and its references."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from graphlib import TopologicalSorter
from itertools import chain
from typing import Any

from ..names import Names
from ..options import ACTIONS, DEFAULT, PERMISSIONS, Options
from .field import NAME, Field
from .filtering import MoreFilter, more_filters
from .imports import in_order_of_all
from .kinds import PLAIN_KINDS
from .many import Many
from .names import aliases, classes
from .refs import Link
from .samples import seed_value
from .steps import Step, steps_of
from .types import column_type, own_type, python_type

_INCOMING = {
    "int": "Integer",
    "bool": "StrictBool",
    "date": "Day",
    "datetime": "Moment",
    "email": "EmailStr",
    "url": "Url",
    **{kind: plain.incoming for kind, plain in PLAIN_KINDS.items()},
}


@dataclass(frozen=True)
class Target:
    """A module that a ref looks rows up in; `attribute` of our service holds a `service` of `package`."""

    attribute: str
    service: str
    package: str
    alias: str = ""

    @property
    def name(self) -> str:
        """Return the name under which the referring module's files import the service."""
        return self.alias or self.service

    @property
    def imported(self) -> str:
        return f"{self.service} as {self.alias}" if self.alias else self.service


@dataclass(frozen=True)
class Module:
    """A module with its fields; `forms` has what the Jinja files need for the class, one row and all rows.

    The rows of a Many are one, too: their types begin with `prefix`, and have no name of `taken`.
    """

    names: Names
    fields: tuple[Field, ...] = (NAME,)
    options: Options = DEFAULT
    links: tuple[Link, ...] = ()
    many: tuple[Many, ...] = ()
    prefix: str = ""
    taken: frozenset[str] = frozenset()

    @cached_property
    def forms(self) -> tuple["Module", str, str, str]:
        return self, self.names.class_name, self.names.singular, self.names.plural

    @cached_property
    def refs(self) -> list[Field]:
        return [field for field in self.fields if field.kind == "ref"]

    @cached_property
    def outer_refs(self) -> list[Field]:
        """Return the refs to other modules."""
        return [field for field in self.refs if field.target != self.names]

    @cached_property
    def outer_links(self) -> list[Link]:
        """Return the lists of references to other modules."""
        return [link for link in self.links if link.target != self.names]

    @cached_property
    def owned(self) -> list[tuple[Many, "Module"]]:
        """Return the rows that belong to a row, each with what the Jinja files need of them."""
        found: list[tuple[Many, Module]] = []
        taken = {*classes(self.names.class_name), *self._aliases.values()}
        for many in self.many:
            taken |= {*classes(many.names.class_name)}
            prefix = f"{many.line.singular}_"
            rows = Module(many.names, many.fields, prefix=prefix, taken=frozenset(taken))
            taken |= {*rows._aliases.values()}
            found.append((many, rows))
        return found

    @cached_property
    def owned_refs(self) -> list[Field]:
        """Return the refs of rows that belong to a row, to other modules."""
        return [field for many in self.many for field in many.fields if field.target not in (None, self.names)]

    @cached_property
    def filled(self) -> list[tuple[Many, "Module"]]:
        """Return the rows of which there is always one."""
        return [(many, rows) for many, rows in self.owned if many.fewest]

    @cached_property
    def with_rows(self) -> list["Module"]:
        """Return the module, and the rows that belong to its rows."""
        return [self, *(rows for _, rows in self.owned)]

    @cached_property
    def with_owned(self) -> "Module":
        """Return the module with all fields, also those of rows that belong to a row: for imports."""
        return replace(self, fields=(*self.fields, *(field for many in self.many for field in many.fields)))

    @cached_property
    def uniques(self) -> list[Field]:
        """Return the unique fields that clients give, whose values may be taken."""
        return [field for field in self.fields if field.unique and not field.numbering]

    @cached_property
    def numbered(self) -> Field | None:
        """Return the field with the number that the module gives each row."""
        return next((field for field in self.fields if field.numbering), None)

    @cached_property
    def user_refs(self) -> list[Field]:
        """Return the refs to users, who must be members: the database cannot check that."""
        return [field for field in self.refs if field.to_users]

    @cached_property
    def filters(self) -> list[Field]:
        return [field for field in self.fields if field.filtered]

    @cached_property
    def more_filters(self) -> list[MoreFilter]:
        return [*more_filters(self.fields)]

    @cached_property
    def searched(self) -> list[Field]:
        """Return the fields whose words lists search."""
        return [field for field in self.fields if field.searched]

    @cached_property
    def private(self) -> list[Field]:
        return [field for field in self.fields if field.private]

    @cached_property
    def not_exported(self) -> list[str]:
        """Return the private fields, also those of rows that belong to a row, such as `lines.notes`."""
        own = [field.column for field in self.private]
        return [*own, *(f"{many.name}.{field.column}" for many in self.many for field in many.fields if field.private)]

    @cached_property
    def has_filters(self) -> bool:
        return bool(self.filters or self.more_filters or self.links or self.searched or self.options.archive)

    @cached_property
    def sorts(self) -> list[Field]:
        return [field for field in self.fields if field.sorted]

    @cached_property
    def indexed(self) -> list[Field]:
        return [field for field in self.fields if field.has_index]

    @cached_property
    def required(self) -> list[Field]:
        return [field for field in self.fields if field.required]

    @cached_property
    def enums(self) -> list[Field]:
        return [field for field in self.fields if field.kind == "enum"]

    @cached_property
    def given(self) -> list[Field]:
        """Return the fields that clients give when they create and change a row."""
        return [field for field in self.fields if field.is_given]

    @cached_property
    def steps(self) -> list[Step]:
        return steps_of(self.fields)

    @cached_property
    def checked(self) -> list[Field]:
        """Return the fields whose limits are a CHECK constraint."""
        return [field for field in self.fields if field.checked]

    @cached_property
    def computed(self) -> list[Field]:
        """Return the fields whose default each request computes."""
        return [field for field in self.fields if field.computed]

    @property
    def pairs(self) -> list[Field]:
        """Return the amounts that are given with their currency, or both are left empty."""
        return [field for field in self.fields if field.partner]

    @cached_property
    def sampled(self) -> list[Field]:
        """Return the fields that tests give values for."""
        return [field for field in self.fields if field.sampled]

    @cached_property
    def shares_integer(self) -> bool:
        """True if a field has the type of all integers in schemas."""
        return any(field.kind == "int" and own_type(field)[:1] in ([], ["Integer"]) for field in self.fields)

    @cached_property
    def values(self) -> list[Field]:
        """Return the fields that clients give and that are not refs."""
        return [field for field in self.given if field.kind != "ref"]

    @cached_property
    def changes(self) -> str:
        """Return the class of the columns that a change by a client writes."""
        return f"{self.names.class_name}{'Values' if len(self.given) == len(self.fields) else 'Changes'}"

    @cached_property
    def actions(self) -> dict[str, str]:
        """Return the actions that need a permission, with the lowest role that has it."""
        if self.shared:
            return {"read": dict(self.options.roles).get("read", PERMISSIONS["read"])}
        return {**PERMISSIONS, **{step.method: "member" for step in self.steps}, **dict(self.options.roles)}

    def offers(self, *actions: str) -> bool:
        """True if there is a route for each of these actions."""
        return not self.options.only or set(actions) <= set(self.options.only)

    @cached_property
    def routes(self) -> list[str]:
        """Return the actions that have a route, without the steps."""
        return [action for action in (*ACTIONS, *(["restore"] if self.options.archive else [])) if self.offers(action)]

    @cached_property
    def bulk(self) -> list[str]:
        """Return the actions that have a route for many rows."""
        return [action for action in ("create", "delete") if self.options.bulk and self.offers(action)]

    @cached_property
    def csv(self) -> list[str]:
        """Return the actions that CSV has a route for."""
        return [action for action in ("list", "create") if self.options.csv and self.offers(action)]

    @cached_property
    def open_steps(self) -> list[Step]:
        """Return the steps that have a route."""
        return [step for step in self.steps if self.offers(step.method)]

    @cached_property
    def reachable_steps(self) -> list[Step]:
        """Return the steps to which others that have a route lead."""
        return [step for step in self.steps if self.offers(*(each.method for each in step.path))]

    @cached_property
    def created(self) -> str:
        """Return the name of a new row in the service, where each field is an argument."""
        return self._free(self.names.singular, "row", "created", "new_row")

    @cached_property
    def unit(self) -> str:
        """Return the name of the unit of work that writes what all tenants share, beside each field."""
        return self._free("work", "unit", "across", "of_all")

    def _free(self, *names: str) -> str:
        taken = {field.column for field in self.fields} | ({self.names.plural} if self.shared else set())
        return next(name for name in names if name not in taken)

    @cached_property
    def deletion(self) -> str:
        """Return the action, as an event has it, that ends a row's life."""
        return "archived" if self.options.archive else "deleted"

    @cached_property
    def ends(self) -> list[str]:
        """Return the actions that end a row's life and give it back."""
        return ["archived", "restored"] if self.options.archive else ["deleted"]

    @cached_property
    def tenant_refs(self) -> list[Field]:
        """Return the refs to rows of the same tenant: not to users, nor to what all tenants share."""
        return [field for field in self.refs if field.to_tenants_rows]

    @cached_property
    def shared(self) -> bool:
        """True if all tenants read the rows, and only superusers write them."""
        return self.options.shared

    @cached_property
    def tenant_first(self) -> str:
        """Return the first argument of constraints and indexes."""
        return "" if self.shared else '"tenant_id", '

    @cached_property
    def key_prefix(self) -> str:
        """Return what the names of constraints and indexes begin with."""
        return self.names.table if self.shared else f"{self.names.table}_tenant_id"

    def has(self, *kinds: str) -> bool:
        return any(field.kind in kinds and not field.numbering for field in self.fields)

    @cached_property
    def title(self) -> str:
        """Return the title of the migration step that creates the table."""
        what = ", which all tenants read" if self.shared else " and its row security"
        return f"Create the table of {self.names.plural_label}{what}."

    @cached_property
    def uses(self) -> list[str]:
        """Return the packages of the modules that this module refers to."""
        linked = (link.target.package for link in self.outer_links)
        return sorted({*linked, *(target.package for target in self.targets)})

    @cached_property
    def targets(self) -> list[Target]:
        return _without_clashes(map(_target, [*self.outer_refs, *self.owned_refs]), self.names.class_name)

    @cached_property
    def members(self) -> Target | None:
        """Return the service that looks up refs to users, or None if there are no such refs."""
        return next((target for target in self.targets if target.package == "tenants"), None)

    @cached_property
    def images(self) -> list[Field]:
        """Return the refs to files that must be images."""
        return [field for field in self.refs if field.image]

    @cached_property
    def files(self) -> Target | None:
        """Return the service that looks at images, or None if there are none."""
        return next((target for target in self.targets if self.images and target.package == "files"), None)

    def field(self, column: str) -> Field:
        return next(field for field in self.fields if field.column == column)

    def beside(self, field: Field) -> list[Field]:
        """Return the fields that a field is unique with."""
        return [self.field(column) for column in field.unique_with]

    @cached_property
    def listed(self) -> list[Field]:
        """Return the fields that the tests of the service have values of."""
        beside = [each for field in self.uniques for each in self.beside(field)]
        more = [each.field for each in self.more_filters]
        hidden = self.private if self.options.audit else []
        return [*self.filters, *self.sorts, *self.uniques, *beside, *more, *self.searched, *hidden]

    def alias(self, field: Field) -> str:
        """Return the name of the field's type in schemas.py."""
        return self._aliases[field.name]

    def incoming(self, field: Field) -> str:
        """Return the field's type in the schemas for create and change, without `| None`."""
        if own_type(field):
            return self.alias(field)
        match field.kind:
            case "str" | "text" | "decimal" | "enum":
                return self.alias(field)
            case _:
                return _INCOMING.get(field.kind) or python_type(field)

    def outgoing(self, field: Field) -> str:
        plain = PLAIN_KINDS.get(field.kind)
        return self.alias(field) if field.kind == "enum" else (plain and plain.answer) or python_type(field)

    def error(self, field: Field) -> str:
        """Return the error class for a value that another row has, such as `InvoiceNumberTaken`."""
        return f"{self.names.class_name}{field.class_name}Taken"

    @cached_property
    def _aliases(self) -> dict[str, str]:
        named = [replace(field, name=f"{self.prefix}{field.name}") for field in self.fields]
        others = self.taken or {name for many in self.many for name in classes(many.names.class_name)}
        found = aliases(named, self.names.class_name, others)
        return {field.name: found[f"{self.prefix}{field.name}"] for field in self.fields}

    @cached_property
    def exported(self) -> list[str]:
        """Return the names that `__init__.py` exports."""
        name = self.names.class_name
        events = [f"{name}{what.capitalize()}" for what in ("changed", "created", *self.ends)]
        events += [f"{name}{step.class_name}" for step in self.steps]
        return in_order_of_all([*events, f"{name}Service", *map(self.error, self.uniques)])

    @cached_property
    def repositories(self) -> list[str]:
        """Return the base classes of the repository."""
        found = [
            "LinkedRepository" if self.links else "",
            "OwningRepository" if self.many else "",
            "ArchiveRepository" if self.options.archive else "",
        ]
        return [*filter(None, found)] or ["Repository"]

    @cached_property
    def repository_names(self) -> list[str]:
        """Return the names that repositories.py exports."""
        name = self.names.class_name
        owned = (f"{many.names.class_name}Values" for many in self.many)
        filters = [f"{name}Filters"] if self.has_filters else []
        return in_order_of_all([name, self.changes, *filters, f"{name}Repository", f"{name}Values", *owned])

    def tagged(self, row: str) -> str:
        """Return the expression for a row that a method of the service returns, with its ETag."""
        return f"self.work.set_etag({row})" if self.options.versions else row

    @cached_property
    def arguments(self) -> int:
        """Return the number of constraints and indexes of the model."""
        constraints = sum(map(len, (self.uniques, self.enums, self.checked, self.tenant_refs, self.indexed)))
        return constraints + bool(self.numbered)

    @cached_property
    def has_aliases(self) -> bool:
        return self.has("str", "text", "int", "decimal", "enum") or bool(self.sorts) or any(map(own_type, self.fields))

    @cached_property
    def has_typed_columns(self) -> bool:
        """True if a column of the model needs more than its Python type."""
        return any(
            field.to_users or field.to_shared or column_type(field) or (field.owned and field.default is not None)
            for field in self.fields
        )

    @cached_property
    def seeded(self) -> list[Field]:
        """Return the fields that seeds fill in, without refs."""
        return [field for field in self.sampled if field.kind != "ref"]

    @cached_property
    def seed_values(self) -> list[Field]:
        """Return the fields that seeds give: nobody acts there, so that `me` is somebody else."""
        return [field for field in self.fields if field.sampled or (field.computed and field.kind == "ref")]

    @cached_property
    def seed_targets(self) -> list[Target]:
        """Return the modules whose rows the seeds need."""
        own = (field for field in self.seed_values if field in self.outer_refs)
        filled = (field for _, rows in self.seed_owned for field in rows.sampled if field in self.owned_refs)
        needed = {_target(field).package for field in (*own, *filled)}
        return [target for target in self.targets if target.package in needed]

    @cached_property
    def seed_owned(self) -> list[tuple[Many, "Module"]]:
        """Return the rows of a row that seeds give: those that refer to others only if there must be one."""
        return [(many, rows) for many, rows in self.owned if many.fewest or not any(map(_is_needed, rows.refs))]

    def seed_place(self, field: Field) -> int:
        """Return the index of a ref's row among the rows that the seeds pass on."""
        return [target.package for target in self.seed_targets].index(_target(field).package)

    @cached_property
    def seeds_count(self) -> bool:
        rows = (rows.seeded for _, rows in self.seed_owned)
        return any("number" in seed_value(field, self.names) for field in chain(self.seeded, *rows))

    @cached_property
    def factory_works(self) -> bool:
        """True if a row cannot be made without a unit of work."""
        return any(map(_is_needed, self.factory_fields))

    @cached_property
    def factory_awaits(self) -> bool:
        return any(_is_needed(field) and (field.unique or not field.to_users) for field in self.factory_fields)

    @cached_property
    def factory_fields(self) -> list[Field]:
        """Return the fields that the factory gives, also those of rows of which there is always one."""
        return [*self.sampled, *(field for _, rows in self.filled for field in rows.sampled)]

    @cached_property
    def factory_counts(self) -> bool:
        return any(field.unique and field.sampled for field in self.values)

    def to_json(self) -> dict[str, Any]:
        return {
            "singular": self.names.singular,
            "plural": self.names.plural,
            "fields": list(map(asdict, self.fields)),
            "options": asdict(self.options),
            "links": list(map(asdict, self.links)),
            "many": list(map(asdict, self.many)),
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "Module":
        options = {**said["options"], "only": tuple(said["options"]["only"])}
        options["roles"] = tuple((action, role) for action, role in options["roles"])
        return cls(
            Names(said["singular"], said["plural"]),
            tuple(map(_field, said["fields"])),
            Options(**options),
            _links(said),
            tuple(map(_many, said["many"])),
        )


def in_order(modules: Iterable[Module]) -> list[Module]:
    """Return the modules by name, after those they refer to, as `app adopt` sorts them. Raises graphlib.CycleError."""
    by_package = {module.names.package: module for module in sorted(modules, key=lambda module: module.names.package)}
    order: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(by_package, ()))
    for package, module in by_package.items():
        for target in sorted(set(_targets(module))):
            if target in by_package:
                order.add(package, target)
    return [by_package[package] for package in order.static_order()]


def _targets(module: Module) -> Iterator[str]:
    for field in module.outer_refs:
        if field.target is not None:
            yield field.target.package
    yield from (link.target.package for link in module.outer_links)
    yield from (field.to.package for field in module.owned_refs)


def _links(said: Mapping[str, Any]) -> tuple[Link, ...]:
    names = [{key: Names(**each[key]) for key in ("module", "target")} for each in said["links"]]
    return tuple(Link(**{**each, **found}) for each, found in zip(said["links"], names, strict=True))


def _many(said: Mapping[str, Any]) -> Many:
    return Many(**{**said, "module": Names(**said["module"]), "fields": tuple(map(_field, said["fields"]))})


def _field(said: Mapping[str, Any]) -> Field:
    target = Names(**said["target"]) if said["target"] else None
    tuples = {name: tuple(value) for name, value in said.items() if isinstance(value, list)}
    tuples["steps"] = tuple(map(tuple, said["steps"]))
    return Field(**{**said, **tuples, "target": target})


def _is_needed(field: Field) -> bool:
    """True for a ref that tests and seeds have to give."""
    return field.kind == "ref" and field.required


def _target(field: Field) -> Target:
    if field.to_users:
        return Target("memberships", "MembershipService", "tenants")
    return Target(field.to.plural, f"{field.to.class_name}Service", field.to.package)


def _without_clashes(targets: Iterable[Target], class_name: str) -> list[Target]:
    """Return each target once, with an alias if its service's class has a name that is used already."""
    taken, found = {class_name, f"{class_name}Service"}, {}
    for target in targets:
        if target.package not in found:
            free = target.service
            while free in taken:
                free += "_"
            taken.add(free)
            found[target.package] = replace(target, alias="" if free == target.service else free)
    return list(found.values())
