"""One field of a module, as the client described it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ..names import Names, pascal

Kind = Literal[
    "str",
    "text",
    "int",
    "bigint",
    "float",
    "decimal",
    "bool",
    "date",
    "time",
    "datetime",
    "duration",
    "uuid",
    "email",
    "url",
    "slug",
    "phone",
    "country",
    "currency",
    "timezone",
    "json",
    "list",
    "enum",
    "ref",
]
DeleteRule = Literal["restrict", "cascade", "set null"]

KINDS: tuple[Kind, ...] = Kind.__args__  # type: ignore[attr-defined]  # a Literal lists its members there
NUMBERS: frozenset[Kind] = frozenset({"int", "bigint", "float", "decimal"})
COMPARED: frozenset[Kind] = NUMBERS | {"date", "time", "datetime", "duration"}
WORDS: Mapping[Kind, str] = {"datetime": "now", "date": "today", "ref": "me"}
"""The default that each request computes."""
_CODES: frozenset[Kind] = frozenset({"slug", "phone", "country", "currency", "timezone"})
DEFAULTS: frozenset[Kind] = NUMBERS | {"str", "text", "bool", "enum", "country", "currency", "timezone"}
UNIQUE: frozenset[Kind] = _CODES | {"str", "int", "bigint", "date", "datetime", "uuid", "email", "url", "ref"}
INDEXED: frozenset[Kind] = UNIQUE | NUMBERS | {"bool", "enum", "time", "duration"}
ALWAYS_INDEXED: frozenset[Kind] = frozenset({"ref", "enum", "date", "datetime"})
FILTERED: frozenset[Kind] = _CODES | {"str", "int", "bigint", "bool", "uuid", "email", "url", "enum", "ref"}
SEARCHED: frozenset[Kind] = frozenset({"str", "text", "email", "url", "slug", "phone"})
SORTED: frozenset[Kind] = COMPARED | _CODES - {"phone"} | {"str", "email", "url"}

USERS = Names("user", "users")
FILES = Names("file", "files")


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field; `default` is unparsed, `length` counts characters, `digits` and `places` belong to a decimal.

    `labels` are those of an enum's values, empty where there is none. `limits` are comparisons such as `>= 0` and
    `> starts_at`. `unique_with` has columns. `currency` is the only one of an amount. An optional amount is `paired`
    with its currency, its `partner`. `rank` counts the fields that must be less: samples rise with it. `filters` are
    those besides equality. `searched` is true if lists search its words, `private` if no log and no export has its
    values.

    `steps` has each value of an enum with one that may follow, if it changes only from step to step. `among_living`
    is true if archived rows do not count for a unique field. `numbering` is the form of a number that the module gives.
    `ending` is what the DELETE of a ref's target does; `to_shared` is true if all tenants share that target.
    `is_shared` is true for a field of a module that all tenants share, `image` for a ref to files that are images,
    `owned` for a field of rows that belong to a row.
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
    labels: tuple[str, ...] = ()
    shortest: int = 0
    pattern: str = ""
    limits: tuple[str, ...] = ()
    unique_with: tuple[str, ...] = ()
    currency: str = ""
    partner: str = ""
    paired: bool = False
    rank: int | None = None
    filters: tuple[str, ...] = ()
    searched: bool = False
    private: bool = False
    among_living: bool = False
    numbering: str = ""
    ending: Literal["delete", "archive", ""] = "delete"
    owned: bool = False
    to_shared: bool = False
    is_shared: bool = False
    image: bool = False

    @property
    def column(self) -> str:
        return f"{self.name}_id" if self.kind == "ref" else self.name

    @property
    def label(self) -> str:
        return self.name.replace("_", " ")

    @property
    def class_name(self) -> str:
        """Return the name in CamelCase: `IssuedOn` for `issued_on`."""
        return pascal(self.name)

    @property
    def required(self) -> bool:
        return not self.optional and self.default is None and not self.numbering

    @property
    def is_given(self) -> bool:
        """True if clients give the value when they create and change a row."""
        return not self.steps and not self.numbering

    @property
    def computed(self) -> bool:
        """True if each request computes the default: now, today or me."""
        return self.default is not None and self.kind in WORDS

    @property
    def sampled(self) -> bool:
        """True if tests and seeds give a value: it is required, or one that others are compared with."""
        return self.required or self.paired or (self.rank is not None and not self.optional)

    @property
    def is_key(self) -> bool:
        """True if it is unique alone."""
        return self.unique and not self.unique_with

    @property
    def bounds(self) -> tuple[str | None, str | None]:
        """Return the least and the greatest number that are allowed."""
        numbers = [limit.split() for limit in self.limits if not limit.split()[1][0].isalpha()]
        low = next((number for sign, number in numbers if sign == ">="), None)
        return low, next((number for sign, number in numbers if sign == "<="), None)

    @property
    def comparisons(self) -> list[tuple[str, str]]:
        """Return signs and the columns that they compare with."""
        found = [limit.split() for limit in self.limits]
        return [(sign, column) for sign, column in found if column[0].isalpha()]

    @property
    def checked(self) -> bool:
        """True if its column has a CHECK constraint, besides that of an enum."""
        return bool(self.limits or self.pattern or self.shortest > 1 or self.partner)

    @property
    def ignores_case(self) -> bool:
        """True if uniqueness ignores case, as for e-mail addresses."""
        return self.unique and self.kind == "email"

    @property
    def has_index(self) -> bool:
        """True if the column needs an index besides a unique one that leaves out rows or ignores case."""
        if self.owned:
            return self.kind == "ref"
        if self.is_key and (self.ignores_case or self.among_living):
            return True
        return not self.is_key and (self.index or self.kind in ALWAYS_INDEXED)

    @property
    def filtered(self) -> bool:
        return self.kind in FILTERED and (self.is_key or self.has_index)

    @property
    def sorted(self) -> bool:
        return self.kind in SORTED and (self.is_key or self.has_index)

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
    def to_tenants_rows(self) -> bool:
        """True for a ref to rows that belong to tenants."""
        return self.kind == "ref" and not self.to_users and not self.to_shared

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
