"""Read a list of references, many to many: `actors: refs actors`, which a join table stores.

    refs module [on delete cascade|restrict]

The rule is about the link: it goes with the other row, or keeps that from being deleted.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast

from ..answer import snake
from ..names import Names, names_of
from ..reserved_names import owner_of
from .field import USERS, Field
from .names import LONGEST_IN_POSTGRES, name_problem
from .problem import Wrong

MOST_IDS = 100
_IS_REFS = re.compile(r"\s*refs\b")
_SHAPE = re.compile(r"\s*refs\s+(?P<target>[A-Za-z][\w-]*)(?P<rest>.*)")
_ON_DELETE = re.compile(r"\bon\s+delete\s+(restrict|cascade)\b")


@dataclass(frozen=True, kw_only=True)
class Link:
    """A list of references. `ending` is what the DELETE of a target's row does, as a Field has it."""

    name: str
    module: Names
    target: Names
    on_delete: Literal["cascade", "restrict"] = "cascade"
    ending: Literal["delete", "archive", ""] = "delete"

    @property
    def singular(self) -> str:
        return names_of(self.name).singular

    @property
    def ids(self) -> str:
        """Return the name in requests, answers and services: `actor_ids`."""
        return f"{self.singular}_ids"

    @property
    def column(self) -> str:
        """Return the column of the join table, and the filter: `actor_id`."""
        return f"{self.singular}_id"

    @property
    def own_column(self) -> str:
        return f"{self.module.singular}_id"

    @property
    def table(self) -> str:
        return f"{self.module.table}_{self.name}"

    @property
    def class_name(self) -> str:
        return f"{self.module.class_name}{Names(self.singular, self.name).class_name}Link"

    @property
    def plural_class_name(self) -> str:
        return Names(self.singular, self.name).plural_class_name

    @property
    def label(self) -> str:
        return self.name.replace("_", " ")

    @property
    def written(self) -> str:
        """Return the description, for messages."""
        return f"refs {self.target.package}{' on delete restrict' if self.on_delete == 'restrict' else ''}"

    @property
    def when_deleted(self) -> str:
        """Describe what happens to a link when the other row is deleted."""
        return "left out when that is deleted" if self.on_delete == "cascade" else "which cannot be deleted meanwhile"


def is_refs(said: object) -> bool:
    return isinstance(said, str) and bool(_IS_REFS.match(said))


def target_of_refs(said: str) -> str:
    """Return the client's word after `refs`."""
    shape = _SHAPE.fullmatch(said)
    return snake(shape["target"]) if shape else ""


def read_link(name: str, said: str, module: Names) -> Link:
    """Raises Wrong."""
    shape = _SHAPE.fullmatch(said)
    if shape is None:
        raise Wrong("'refs' does not say to what: write the module's name, such as: refs tags")
    rest, rule = shape["rest"], _ON_DELETE.search(shape["rest"])
    if rule:
        rest = rest.replace(rule[0], "", 1)
    if rest.strip().startswith("?"):
        raise Wrong("a list of refs may always be empty: leave the ? out")
    if re.search(r"\bset\s+null\b", rest):
        raise Wrong("a link cannot be null: write 'on delete cascade' (the default) or 'on delete restrict'")
    if words := rest.split():
        raise Wrong(f"{words[0]!r} means nothing here: after refs and a module comes on delete cascade|restrict only")
    if (target := names_of(snake(shape["target"]))) == USERS:
        raise Wrong(
            f"users belong to several tenants, so that no join table can hold them: describe a module of its own,"
            f" such as {module.singular}_users: {{fields: {{{module.singular}: ref {module.plural}, user: ref users}}}}"
        )
    on_delete = cast(Literal["cascade", "restrict"], rule[1] if rule else "cascade")
    return Link(name=name, module=module, target=target, on_delete=on_delete)


def link_name_problem(link: Link) -> str:
    """Return why the name is not allowed, or an empty string."""
    for field in (Field(name=link.name, kind="uuid"), Field(name=link.ids, kind="uuid")):
        if problem := name_problem(field, link.module):
            return problem
    if link.column in ("tenant_id", link.own_column):
        return f"its join table has {link.column} already: use another name"
    if owner_of(Names(link.table, link.table), link.table):
        return f"the standard has {link.table} already: use another name"
    if (length := len(f"fk_{link.table}_from")) > LONGEST_IN_POSTGRES:
        over = length - LONGEST_IN_POSTGRES
        return (
            f"PostgreSQL allows {LONGEST_IN_POSTGRES} characters for a name, its constraint would have {length}:"
            f" use a name that is {over} shorter"
        )
    return ""


def link_beside_problem(link: Link, fields: Iterable[Field], links: Iterable[Link]) -> str:
    """Return why the names of a list of references do not go with those of other fields, or an empty string."""
    for field in fields:
        if field.column in (link.ids, link.column):
            return f"{field.name} makes a column {field.column}, which this needs: rename one of them"
    for other in links:
        if other.name != link.name and other.ids == link.ids:
            return f"{other.name} gives {other.ids} too: rename one of them"
    return ""
