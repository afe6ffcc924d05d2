"""Schemas as client generators want them."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from app.core.http.problems import Problem, ValidationProblem

SCHEMAS = "#/components/schemas/{model}"
FRAMEWORKS_OWN = ("HTTPValidationError", "ValidationError")
MODULE = "app__modules__"
PAGE = "Page_"
BINARY = {"type": "string", "format": "binary"}
OTHER_JSON = ("application/json", "application/problem+json")


def add_problem_schemas(schemas: dict[str, Any]) -> None:
    for name in FRAMEWORKS_OWN:
        schemas.pop(name, None)
    whole = ValidationProblem.model_json_schema(ref_template=SCHEMAS)
    schemas.update(whole.pop("$defs"))
    schemas["ValidationProblem"] = whole
    plain = Problem.model_json_schema(ref_template=SCHEMAS)
    plain.pop("$defs", None)
    schemas["Problem"] = plain


def rename_components(document: dict[str, Any]) -> None:
    """Give components names that are types in clients: `ActReadPage` for `Page[ActRead]`.

    Of two modules' schemas of one name, each has its module in front, in whatever order they come.
    """
    schemas = document["components"]["schemas"]
    new = {name: _type_name(name, schemas) for name in schemas}
    taken = Counter(new.values())
    names = {name: to if taken[to] == 1 else name for name, to in new.items()}
    document["components"]["schemas"] = {
        names[name]: {**each, "title": names[name]} for name, each in schemas.items()
    }
    refs = {SCHEMAS.format(model=name): SCHEMAS.format(model=to) for name, to in names.items()}
    for part in _parts(document):
        if part.get("$ref") in refs:
            part["$ref"] = refs[part["$ref"]]


def _type_name(name: str, schemas: dict[str, Any]) -> str:
    if PAGE in name:
        item = schemas[name]["properties"]["items"]["items"]["$ref"].rpartition("/")[2]
        return f"{_type_name(item, schemas)}Page"
    if MODULE in name:
        module, _, rest = name.partition(MODULE)[2].partition("__")
        return f"{module.title().replace('_', '')}{rest.rpartition('__')[2]}"
    title = str(schemas[name].get("title", ""))
    return title if not name.isalnum() and title.isalnum() else name


def _parts(part: Any) -> Iterator[dict[str, Any]]:
    """Yield every object."""
    if isinstance(part, dict):
        yield part
    within = part.values() if isinstance(part, dict) else part
    for each in within if isinstance(part, dict | list) else ():
        yield from _parts(each)


def tidy_operation(described: dict[str, Any]) -> None:
    for parameter in described.get("parameters", ()):
        parameter["schema"] = _without_null(parameter.get("schema", {}))
    for content in _contents(described):
        for media_type, each in content.items():
            schema = each.setdefault("schema", {})
            schema.pop("title", None)  # FastAPI makes it of the path
            if not schema and media_type not in OTHER_JSON:
                each["schema"] = dict(BINARY)


def _contents(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield described.get("requestBody", {}).get("content", {})
    for answer in described["responses"].values():
        yield answer.get("content", {})


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter, which cannot be null: it is sent, or it is not."""
    if "anyOf" not in schema:
        return schema
    kinds = [kind for kind in schema["anyOf"] if kind != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    if rest.get("default", "") is None:
        del rest["default"]
    return {**rest, **kinds[0]} if len(kinds) == 1 else {**rest, "anyOf": kinds}
