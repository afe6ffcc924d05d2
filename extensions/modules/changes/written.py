"""Write a field as a description has it, for messages."""

from ..fields.field import Field
from ..fields.steps import written as enum


def written(field: Field) -> str:
    parts = [
        f"{_type(field)}{'?' if field.optional else ''}",
        f"on delete {field.on_delete}" if field.on_delete != "restrict" else "",
        "unique" if field.unique else "",
        "index" if field.index else "",
        f"= {field.default}" if field.default is not None else "",
    ]
    return " ".join(filter(None, parts))


def _type(field: Field) -> str:
    match field.kind:
        case "str":
            return f"str({field.length})"
        case "decimal":
            return f"decimal({field.digits}, {field.places})"
        case "enum":
            return enum(field)
        case "ref":
            return f"ref {field.to.package}"
        case _:
            return field.kind
