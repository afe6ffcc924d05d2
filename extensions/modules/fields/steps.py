"""Parse the steps of an enum whose value changes only from step to step: `enum(draft -> sent -> paid | void)`."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise

from .field import Field

ARROW = "->"
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
    def method(self) -> str:
        return f"mark_{self.value}"

    @property
    def url(self) -> str:
        return self.method.replace("_", "-")

    @property
    def permission(self) -> str:
        return self.method.upper()

    @property
    def class_name(self) -> str:
        return "".join(part.capitalize() for part in self.value.split("_"))

    @property
    def path(self) -> list[str]:
        """Return the values that lead here from the one that a new row has, with this one."""
        paths = {to: [to] for at, to in self.field.steps if at == self.field.default}
        while self.value not in paths:
            paths |= {to: [*paths[at], to] for at, to in self.field.steps if at in paths and to not in paths}
        return paths[self.value]


def steps_of(fields: Iterable[Field]) -> list[Step]:
    found = ((field, value) for field in fields for value in field.values if field.steps)
    return [step for step in (Step(field, value) for field, value in found) if step.after]


def chains(text: str) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """Return the values, in the order in which they appear, and each pair of a value and one that may follow."""
    said = [[_words(each, "|") for each in _words(chain, ARROW)] for chain in _words(text, ",")]
    values = dict.fromkeys(value for chain in said for values in chain for value in values)
    steps = (
        (before, value) for chain in said for befores, nexts in pairwise(chain) for before in befores for value in nexts
    )
    return list(values), tuple(dict.fromkeys(steps))


def written(field: Field) -> str:
    """Return an enum as a description has it."""
    steps = (f"{before} {ARROW} {value}" for before, value in field.steps)
    return f"enum({', '.join(steps if field.steps else field.values)})"


def steps_problem(field: Field, others: Collection[Field]) -> str:
    """Return why the steps cannot be, or an empty string."""
    if not field.steps:
        return ""
    if field.optional:
        return "with steps it always has a value: leave out the ?"
    taken = {step.value: step.field.name for step in steps_of(others)}
    for step in steps_of([field]):
        if step.value in step.after:
            return f"{step.value!r} cannot follow itself: leave this step out"
        if step.value in _EVENTS:
            return f"every module has an event {step.value!r} already: use another word for this step"
        if step.value in _CLASSES:
            return f"the module's own files use {step.value!r} already: use another word for this step"
        if len(step.value) > LONGEST:
            return f"the step {step.value!r} has {len(step.value)} characters: use at most {LONGEST}"
        if step.value in taken:
            return f"{taken[step.value]} has a step {step.value!r} too: use another word for one of the two"
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


def _words(text: str, sign: str) -> list[str]:
    return [word.strip().strip("\"'") for word in text.split(sign)]
