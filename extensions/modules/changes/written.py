"""Write a field as a description has it, for messages."""

from ..fields.enums import written as enum
from ..fields.field import Field


def written(field: Field) -> str:
    parts = [
        f"{_type(field)}{'?' if field.optional else ''}",
        f"on delete {field.on_delete}" if field.on_delete != "restrict" else "",
        _unique(field),
        "index" if field.index else "",
        "search" if field.searched else "",
        "private" if field.private else "",
        f"filters({', '.join(field.filters)})" if field.filters else "",
        " ".join(field.limits),
        f'matching "{field.pattern[1:-1]}"' if field.pattern else "",
        f"= {field.default}" if field.default is not None else "",
    ]
    return " ".join(filter(None, parts))


def _unique(field: Field) -> str:
    if field.unique_with:
        return f"unique with {' and '.join(field.unique_with)}"
    return "unique" if field.unique and not field.numbering else ""


def _type(field: Field) -> str:
    match field.kind:
        case _ if field.numbering:
            return f'number("{field.numbering}")'
        case "str":
            return f"str({field.shortest}..{field.length})" if field.shortest else f"str({field.length})"
        case "list":
            return f"list of str({field.length})"
        case "decimal" if field.currency:
            return f"money({field.currency})"
        case "decimal":
            return f"decimal({field.digits}, {field.places})"
        case "enum":
            return enum(field)
        case "ref" if field.image:
            return "image"
        case "ref":
            return f"ref {field.to.package}"
        case _:
            return field.kind
