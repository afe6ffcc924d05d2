"""README.md: what the fields add to the table of what there is."""

from ..field import Field
from ..module import Module
from ..sheet import Sheet

_EVENTS = "| Events | `widgets.created`, `widgets.changed`, `widgets.deleted` |\n"


def readme(module: Module) -> str:
    sheet = Sheet(module.names, "README.md")
    lines = [
        _line("Narrowed by", [f"`?{field.column}=`" for field in module.filters]),
        _line("Sorted by", [f"`?sort={field.column}`" for field in module.sorts], "; with `-` the other way round"),
        _line("Refers to", [_reference(field) for field in module.refs]),
        _line("Errors", [f"`{module.error(field)}`" for field in module.uniques]),
    ]
    package = module.names.package
    events = _EVENTS.replace("widgets", package)
    sheet.replace(_EVENTS, events + "".join(filter(None, lines)))
    return str(sheet)


def _line(title: str, words: list[str], after: str = "") -> str:
    return f"| {title} | {', '.join(words)}{after} |\n" if words else ""


def _reference(field: Field) -> str:
    rule = {"restrict": "keeps it from going", "cascade": "goes with it", "set null": "is left empty when it goes"}
    return f"`{field.to.package}` as `{field.column}`, which {rule[field.on_delete]}"
