"""Schemas as client generators want them."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from app.core.http.problems import Problem, ValidationProblem
from app.kit.schemas import CONTROL

SCHEMAS = "#/components/schemas/{model}"
FRAMEWORKS_OWN = ("HTTPValidationError", "ValidationError")
MODULE = "app__modules__"
PAGE = "Page_"
TEXT = "^[^\\u0000]*$"
JSON_TEXT = f"^[^{CONTROL}]*$"
PATH_TEXT = "^[^/\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]+$"
RESERVED = "arpa|invalid|local|localhost|onion|test"
ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
LABEL = "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
PATTERNS = {
    "email": rf"^(?=[^@]{{1,64}}@){ATOM}+(\.{ATOM}+)*@(?!(.*\.)?({RESERVED})$)"
    rf"({LABEL}\.)+[A-Za-z]{{2,63}}$"
}
"""Matches addresses as email-validator reads them, as far as a pattern can."""
DECIMAL = "^[+-]?([0-9]{1,30}(\\.[0-9]{0,30})?|\\.[0-9]{1,30})$"
FIXED = {"pattern", "enum", "const"}
TEXT_BODIES = {"application/json": JSON_TEXT, "application/x-www-form-urlencoded": TEXT}
JSON_VALUE = "JsonValue"
OF_JSON_VALUE = {"$ref": SCHEMAS.format(model=JSON_VALUE)}
ANY_JSON: dict[str, Any] = {
    "title": JSON_VALUE,
    "description": "Any JSON. No text and no name in it has control characters but tabs and line"
    " breaks.",
    "pattern": JSON_TEXT,
    "items": OF_JSON_VALUE,
    "propertyNames": {"pattern": JSON_TEXT},
    "unevaluatedProperties": OF_JSON_VALUE,
}
"""Without a type, since generators of clients do not understand unions that contain themselves."""
OPEN_OBJECT: dict[str, Any] = {
    "propertyNames": {"pattern": JSON_TEXT},
    "patternProperties": {"": OF_JSON_VALUE},
}
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


def limit_texts(document: dict[str, Any]) -> None:
    """Say which texts are refused before any route sees them, and which addresses are reserved."""
    seen: set[str] = set()
    for operations in document.get("paths", {}).values():
        for described in operations.values():
            for parameter in described.get("parameters", ()):
                if parameter["in"] in ("path", "query"):
                    pattern = PATH_TEXT if parameter["in"] == "path" else TEXT
                    _limit(document, parameter["schema"], pattern, seen)
            for media_type, content in described.get("requestBody", {}).get("content", {}).items():
                if media_type in TEXT_BODIES:
                    _limit(document, content["schema"], TEXT_BODIES[media_type], seen)


def _limit(document: dict[str, Any], schema: dict[str, Any], pattern: str, seen: set[str]) -> None:
    name = schema.get("$ref", "").rpartition("/")[2]
    if name in seen:
        return
    if name:
        seen.add(name)
        schema = document["components"]["schemas"][name]
    if schema.get("type") == "string" and not FIXED & schema.keys():
        kind = schema.get("format", "password")
        if kind in PATTERNS or kind == "password":
            schema["pattern"] = PATTERNS.get(kind, pattern)
    if schema.get("additionalProperties") is True and pattern == JSON_TEXT:
        document["components"]["schemas"].setdefault(JSON_VALUE, ANY_JSON)
        schema.update(OPEN_OBJECT)
    inner = (*schema.get("anyOf", ()), *schema.get("allOf", ()), schema.get("items", {}))
    for each in (*inner, *schema.get("properties", {}).values()):
        if each:
            _limit(document, each, pattern, seen)


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
        _describe_decimal(parameter["schema"])
    for content in _contents(described):
        for media_type, each in content.items():
            schema = each.setdefault("schema", {})
            schema.pop("title", None)  # FastAPI makes it of the path
            if not schema and media_type not in OTHER_JSON:
                each["schema"] = dict(BINARY)


def _describe_decimal(schema: dict[str, Any]) -> None:
    """Say how a decimal is written: Pydantic leaves it out for parameters."""
    kinds = schema.get("anyOf", [])
    if [each.get("type") for each in kinds] == ["number", "string"]:
        kinds[1].setdefault("pattern", DECIMAL)


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
