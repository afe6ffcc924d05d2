"""Parse the steps of an enum whose value changes only from step to step: `enum(draft -> sent -> paid | void)`."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ..filters import in_ascii
from ..names import pascal
from .enums import ARROW
from .field import Field

LONGEST = 25
_EVENTS = frozenset({"created", "changed", "deleted", "archived", "restored"})
# Names that a module's files have for something else, after its class.
_CLASSES = frozenset("change changes create filters permission read repository service sort values".split())


@dataclass(frozen=True)
class Step:
    """Setting a field to a value, which is an action with a route, a permission and an event."""

    field: Field
    value: str

    @property
    def after(self) -> list[str]:
        """Return the values that this one may follow."""
        return [before for before, value in self.field.steps if value == self.value]

    @property
    def name(self) -> str:
        """Return the value as a part of names: `pg_13` for `PG-13`."""
        return re.sub(r"[^a-z0-9]+", "_", in_ascii(self.value.lower())).strip("_")

    @property
    def method(self) -> str:
        return f"mark_{self.name}"

    @property
    def url(self) -> str:
        return self.method.replace("_", "-")

    @property
    def permission(self) -> str:
        return self.method.upper()

    @property
    def class_name(self) -> str:
        return pascal(self.name)

    @property
    def path(self) -> list["Step"]:
        """Return the steps that lead here from the value that a new row has, with this one."""
        paths = {to: [to] for at, to in self.field.steps if at == self.field.default}
        while self.value not in paths:
            paths |= {to: [*paths[at], to] for at, to in self.field.steps if at in paths and to not in paths}
        return [Step(self.field, value) for value in paths[self.value]]


def steps_of(fields: Iterable[Field]) -> list[Step]:
    found = ((field, value) for field in fields for value in field.values if field.steps)
    return [step for step in (Step(field, value) for field, value in found) if step.after]


def steps_problem(field: Field, others: Collection[Field]) -> str:
    """Return why the steps cannot be, or an empty string."""
    if not field.steps:
        return ""
    if field.optional:
        return "with steps it always has a value: leave out the ?"
    taken = {step.name: step for step in steps_of(others)}
    for step in steps_of([field]):
        if step.value in step.after:
            return f"{step.value!r} cannot follow itself: leave this step out"
        if not step.name[:1].isalpha():
            return f"the step {step.value!r} gives a route its name: begin it with one of a-z"
        if step.name in _EVENTS:
            return f"every module has an event {step.name!r} already: use another word for this step"
        if step.name in _CLASSES:
            return f"the module's own files use {step.name!r} already: use another word for this step"
        if len(step.name) > LONGEST:
            return f"the step {step.value!r} has {len(step.name)} characters: use at most {LONGEST}"
        other = taken.setdefault(step.name, step)
        if other.field is not field:
            return f"{other.field.name} has a step {other.value!r} too: use another word for one of the two"
        if other is not step:
            return f"{other.value!r} and {step.value!r} give their routes one name: use another word for one of the two"
    return _unreachable(field)


def _unreachable(field: Field) -> str:
    first = field.default or field.values[0]
    reached, size = {first}, 0
    while len(reached) > size:
        size = len(reached)
        reached |= {value for before, value in field.steps if before in reached}
    for value in field.values:
        if value not in reached:
            return f"no steps lead from {first!r} to {value!r}: write one, such as: {first} {ARROW} {value}"
    return ""
