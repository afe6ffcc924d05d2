"""One field of a module, as the client described it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ..names import Names

Kind = Literal[
    "str", "text", "int", "decimal", "bool", "date", "datetime", "uuid", "email", "url", "json", "enum", "ref"
]
DeleteRule = Literal["restrict", "cascade", "set null"]

KINDS: tuple[Kind, ...] = Kind.__args__  # type: ignore[attr-defined]  # a Literal lists its members there
DEFAULTS: frozenset[Kind] = frozenset({"str", "text", "int", "decimal", "bool", "enum"})
UNIQUE: frozenset[Kind] = frozenset({"str", "int", "date", "datetime", "uuid", "email", "url", "ref"})
INDEXED: frozenset[Kind] = UNIQUE | {"decimal", "bool", "enum"}
ALWAYS_INDEXED: frozenset[Kind] = frozenset({"ref", "enum", "date", "datetime"})
FILTERED: frozenset[Kind] = frozenset({"str", "int", "bool", "uuid", "email", "url", "enum", "ref"})
SORTED: frozenset[Kind] = frozenset({"str", "int", "decimal", "date", "datetime", "email", "url"})

USERS = Names("user", "users")
FILES = Names("file", "files")


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field; `default` is unparsed, `length` counts characters, `digits` and `places` belong to a decimal.

    `steps` has each value of an enum with one that may follow, if it changes only from step to step. `among_living`
    is true if archived rows do not count for a unique field. `ending` is what the DELETE of a ref's target does.
    """

    name: str
    kind: Kind
    optional: bool = False
    unique: bool = False
    index: bool = False
    default: str | None = None
    length: int = 0
    digits: int = 0
    places: int = 0
    values: tuple[str, ...] = ()
    steps: tuple[tuple[str, str], ...] = ()
    target: Names | None = None
    on_delete: DeleteRule = "restrict"
    among_living: bool = False
    ending: Literal["delete", "archive", ""] = "delete"

    @property
    def column(self) -> str:
        return f"{self.name}_id" if self.kind == "ref" else self.name

    @property
    def label(self) -> str:
        return self.name.replace("_", " ")

    @property
    def class_name(self) -> str:
        """Return the name in CamelCase: `IssuedOn` for `issued_on`."""
        return "".join(part.capitalize() for part in self.name.split("_"))

    @property
    def required(self) -> bool:
        return not self.optional and self.default is None

    @property
    def is_given(self) -> bool:
        """True if clients give the value when they create and change a row."""
        return not self.steps

    @property
    def ignores_case(self) -> bool:
        """True if uniqueness ignores case, as for e-mail addresses."""
        return self.unique and self.kind == "email"

    @property
    def has_index(self) -> bool:
        """True if the column needs an index besides a unique one that leaves out rows or ignores case."""
        return (
            self.ignores_case or self.among_living or (not self.unique and (self.index or self.kind in ALWAYS_INDEXED))
        )

    @property
    def filtered(self) -> bool:
        return self.kind in FILTERED and (self.unique or self.has_index)

    @property
    def sorted(self) -> bool:
        return self.kind in SORTED and (self.unique or self.has_index)

    @property
    def to(self) -> Names:
        """Return the names of the module that a ref points to. Raises TypeError if the field is not a ref."""
        if self.target is None:
            raise TypeError(f"{self.name} is no ref")
        return self.target

    @property
    def to_users(self) -> bool:
        return self.target == USERS

    @property
    def when_deleted(self) -> str:
        """Describe what happens to a ref when the other row is deleted."""
        return _WHEN_DELETED[self.on_delete]


_WHEN_DELETED: Mapping[DeleteRule, str] = {
    "restrict": "which cannot be deleted meanwhile",
    "cascade": "deleted together with it",
    "set null": "emptied when that is deleted",
}

NAME = Field(name="name", kind="str", length=120)
"""The one field of a module that is given by name alone."""
