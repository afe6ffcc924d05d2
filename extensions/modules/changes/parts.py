"""The constraints and indexes of a field's column, each with the arguments of the function that adds it."""

from dataclasses import dataclass

from ..fields.field import Field
from ..fields.types import condition, delete_rule


@dataclass(frozen=True)
class Part:
    """`kind` is the name of a function of app.database.field_changes after `add_` and `drop_`."""

    kind: str
    column: str
    arguments: tuple[str, ...] = ()


def parts_of(field: Field) -> list[Part]:
    column, found, shared = field.column, [], "shared_" if field.is_shared else ""
    if field.unique:
        among = "_among_living" if field.among_living else ""
        case = "_ignoring_case" if field.ignores_case else ""
        found.append(Part(f"{shared}unique{among}{case}", column, field.unique_with))
    if field.has_index:
        found.append(Part(f"{shared}index", column))
    if field.kind == "enum":
        found.append(Part("known_values", column, field.values))
    if field.checked:
        found.append(Part("allowed", column, (condition(field),)))
    if field.kind == "ref" and field.to_users:
        found.append(Part("user_reference", column, (delete_rule(field),)))
    elif field.to_shared:
        found.append(Part("shared_reference", column, (field.to.table, delete_rule(field))))
    elif field.kind == "ref":
        found.append(Part("reference", column, (field.to.table, delete_rule(field))))
    return found
