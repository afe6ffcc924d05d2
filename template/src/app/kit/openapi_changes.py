"""Find what a new OpenAPI document breaks for clients of an old one.

Requests may only be accepted more widely, responses may only say more: what a client sends today is
accepted tomorrow, and what it reads today is still there. New problems, new optional fields, new
values in responses and new operations break nobody.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]

METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}
LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
EXACT = ("pattern", "format", "multipleOf")


def breaking_changes(old: Json, new: Json) -> list[str]:
    """Return a sentence for each change that breaks a client, sorted."""
    return sorted(set(_Comparison(old, new).run()))


class _Comparison:
    """Yields what changed. `sent` is true for what clients send, false for what they read."""

    def __init__(self, old: Json, new: Json) -> None:
        self.old = old
        self.new = new
        self.compared: set[tuple[str, str, bool]] = set()

    def run(self) -> Iterator[str]:
        paths = self.new.get("paths", {})
        for path, operations in self.old.get("paths", {}).items():
            for method in operations.keys() & METHODS:
                self.compared.clear()
                changed = paths.get(path, {}).get(method)
                found = self._operation(operations[method], changed) if changed else ["is gone"]
                yield from (f"{method.upper()} {path}: {each}" for each in found)

    def _operation(self, old: Json, new: Json) -> Iterator[str]:
        if old.get("operationId") != new.get("operationId"):
            yield f"is called {new.get('operationId')}, it was {old.get('operationId')}"
        yield from _access(old, new)
        yield from self._parameters(old, new)
        yield from self._body(old.get("requestBody"), new.get("requestBody"))
        yield from self._responses(old.get("responses", {}), new.get("responses", {}))

    def _parameters(self, old: Json, new: Json) -> Iterator[str]:
        before, after = _parameters(old, self.old), _parameters(new, self.new)
        for what, parameter in before.items():
            changed = after.get(what)
            if changed is None:
                yield f"{what} is gone"
                continue
            if changed.get("required") and not parameter.get("required"):
                yield f"{what} is required"
            schemas = (parameter.get("schema", {}), changed.get("schema", {}))
            yield from self._schema(what, *schemas, sent=True)
        for what, parameter in after.items():
            if what not in before and parameter.get("required"):
                yield f"{what} is new and required"

    def _body(self, old: Json | None, new: Json | None) -> Iterator[str]:
        if new is not None and new.get("required") and not (old or {}).get("required"):
            yield "a body is required"
        if old is not None and new is None:
            yield "takes no body any more"
        if old is not None and new is not None:
            yield from self._contents("body", old, new, sent=True)

    def _responses(self, old: Json, new: Json) -> Iterator[str]:
        for status in (each for each in old if each < "400"):
            what = f"response {status}"
            if status not in new:
                yield f"{what} is gone"
                continue
            before, after = _resolved(old[status], self.old), _resolved(new[status], self.new)
            for header in before.get("headers", {}).keys() - after.get("headers", {}).keys():
                yield f"{what} has no header {header} any more"
            yield from self._contents(what, before, after, sent=False)

    def _contents(self, what: str, old: Json, new: Json, *, sent: bool) -> Iterator[str]:
        for media_type, content in old.get("content", {}).items():
            changed = new.get("content", {}).get(media_type)
            if changed is None:
                yield f"{what} is not {media_type} any more"
            else:
                schemas = (content.get("schema", {}), changed.get("schema", {}))
                yield from self._schema(what, *schemas, sent=sent)

    def _schema(self, what: str, old: Json, new: Json, *, sent: bool) -> Iterator[str]:
        pair = (str(old.get("$ref")), str(new.get("$ref")), sent)
        if "$ref" in old and pair in self.compared:
            return
        self.compared.add(pair)
        before, after = _kinds(old, self.old), _kinds(new, self.new)
        yield from _alternatives(what, before, after, sent=sent)
        for kind in before.keys() & after.keys():
            yield from self._kind(what, before[kind], after[kind], sent=sent)

    def _kind(self, what: str, old: Json, new: Json, *, sent: bool) -> Iterator[str]:
        yield from _limits(what, old, new) if sent else _freedoms(what, old, new)
        yield from self._members(what, old, new, sent=sent)
        if "items" in old and "items" in new:
            yield from self._schema(f"{what}[]", old["items"], new["items"], sent=sent)

    def _members(self, what: str, old: Json, new: Json, *, sent: bool) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name in before.keys() - after.keys():
            yield f"{what} has no {name} any more"
        needed_before, needed_after = set(old.get("required", ())), set(new.get("required", ()))
        if sent:
            yield from (f"{what}: {name} is required" for name in needed_after - needed_before)
        else:
            missing = (needed_before - needed_after) & after.keys()
            yield from (f"{what}: {name} may be missing" for name in missing)
        for name in before.keys() & after.keys():
            yield from self._schema(f"{what}.{name}", before[name], after[name], sent=sent)


def _access(old: Json, new: Json) -> Iterator[str]:
    if old.get("security") == [] and new.get("security"):
        yield "needs a log-in"
    elif new.get("security"):
        for way in _ways(old) - _ways(new):
            yield f"cannot be called with {way} any more"
    if "x-permission" in old and old["x-permission"] != new.get("x-permission"):
        yield f"needs {new.get('x-permission')}, it was {old['x-permission']}"


def _ways(operation: Json) -> set[str]:
    return {name for way in operation.get("security", ()) for name in way}


def _parameters(operation: Json, document: Json) -> dict[str, Json]:
    resolved = (_resolved(each, document) for each in operation.get("parameters", ()))
    return {f"{each['in']} parameter {each['name']}": each for each in resolved}


def _kinds(schema: Json, document: Json) -> dict[str, Json]:
    """Return the alternatives by type, or by component where several have the same type."""
    schema = _resolved(schema, document)
    parts = schema.get("anyOf") or schema.get("oneOf") or [schema]
    resolved = [_resolved(part, document) for part in parts]
    count = Counter(str(each.get("type", "any")) for each in resolved)
    found: dict[str, Json] = {}
    for part, each in zip(parts, resolved, strict=True):
        kind = str(each.get("type", "any"))
        name = part.get("$ref", "").rpartition("/")[2]
        found[name if name and count[kind] > 1 else kind] = each
    return found


def _alternatives(
    what: str, before: Mapping[str, Json], after: Mapping[str, Json], *, sent: bool
) -> Iterator[str]:
    """Yield types that a client may send no longer, or has to read in addition."""
    allowed, expected = (after, before) if sent else (before, after)
    if "any" in allowed:
        return
    word = "may not be" if sent else "may be"
    for kind in expected.keys() - allowed.keys():
        if not (kind == "integer" and "number" in allowed):
            yield f"{what} {word} {kind}"


def _limits(what: str, old: Json, new: Json) -> Iterator[str]:
    """Yield what is accepted no longer."""
    for name in LEAST:
        if name in new and new[name] > old.get(name, float("-inf")):
            yield _was(what, name, old, new)
    for name in MOST:
        if name in new and new[name] < old.get(name, float("inf")):
            yield _was(what, name, old, new)
    for name in EXACT:
        if name in new and new[name] != old.get(name):
            yield _was(what, name, old, new)
    if (allowed := _values(new)) is not None:
        for value in (_values(old) or {"anything else"}) - allowed:
            yield f"{what} may not be {value}"
    if new.get("additionalProperties") is False and old.get("additionalProperties", True):
        yield f"{what} refuses unknown members"


def _freedoms(what: str, old: Json, new: Json) -> Iterator[str]:
    """Yield what a client must read differently; new values of an enumeration it must expect."""
    for name in ("format", "const"):
        if name in old and old[name] != new.get(name):
            yield _was(what, name, old, new)


def _values(schema: Json) -> set[str] | None:
    if "const" in schema:
        return {str(schema["const"])}
    return set(map(str, schema["enum"])) if "enum" in schema else None


def _was(what: str, name: str, old: Json, new: Json) -> str:
    return f"{what}: {name} is {new.get(name, 'not said')}, it was {old.get(name, 'not said')}"


def _resolved(part: Json, document: Json) -> Json:
    while "$ref" in part:
        found: Any = document
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        part = found
    return part
