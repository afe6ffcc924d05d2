"""Breaking changes are found, and others are not."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from app.kit.openapi_changes import breaking_changes

Json = dict[str, Any]
Change = Callable[[Json], object]

NAME = {"type": "string", "maxLength": 20}
OLD: Json = {
    "paths": {
        "/things": {
            "get": {
                "operationId": "things.list",
                "x-permission": "things:read",
                "security": [{"bearer": []}, {"cookie": []}],
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100}}
                ],
                "responses": {
                    "200": {
                        "headers": {"ETag": {}},
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Read"}}
                        },
                    },
                    "404": {},
                },
            },
            "post": {
                "operationId": "things.create",
                "security": [],
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Create"}}
                    }
                },
                "responses": {"201": {}},
            },
        }
    },
    "components": {
        "schemas": {
            "Read": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                    "size": {"type": "integer"},
                },
            },
            "Create": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": NAME,
                    "kind": {"type": "string", "enum": ["a", "b"]},
                    "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                    "tags": {"type": "array", "items": {"type": "string"}},
                },
            },
        }
    },
}


def listing(document: Json) -> Json:
    operation: Json = document["paths"]["/things"]["get"]
    return operation


def creating(document: Json) -> Json:
    operation: Json = document["paths"]["/things"]["post"]
    return operation


def schema(document: Json, name: str) -> Json:
    found: Json = document["components"]["schemas"][name]
    return found


def member(document: Json, name: str, field: str) -> Json:
    found: Json = schema(document, name)["properties"][field]
    return found


GET, POST = "GET /things: ", "POST /things: "
BODY, ANSWER = POST + "body", GET + "response 200"
BREAKING: dict[str, Change] = {
    POST + "is gone": lambda d: d["paths"]["/things"].pop("post"),
    GET + "is called things.all, it was things.list": lambda d: listing(d).update(
        operationId="things.all"
    ),
    GET + "needs things:audit, it was things:read": lambda d: listing(d).update(
        {"x-permission": "things:audit"}
    ),
    GET + "cannot be called with cookie any more": lambda d: listing(d)["security"].pop(),
    POST + "needs a log-in": lambda d: creating(d).update(security=[{"bearer": []}]),
    GET + "query parameter limit is gone": lambda d: listing(d)["parameters"].clear(),
    GET + "query parameter limit is required": lambda d: listing(d)["parameters"][0].update(
        required=True
    ),
    GET + "query parameter page is new and required": lambda d: listing(d)["parameters"].append(
        {"name": "page", "in": "query", "required": True}
    ),
    GET + "query parameter limit: maximum is 50, it was 100": lambda d: listing(d)["parameters"][0][
        "schema"
    ].update(maximum=50),
    POST + "a body is required": lambda d: creating(d)["requestBody"].update(required=True),
    POST + "takes no body any more": lambda d: creating(d).pop("requestBody"),
    BODY + " is not application/json any more": lambda d: creating(d)["requestBody"].update(
        content={"text/plain": {}}
    ),
    BODY + ": kind is required": lambda d: schema(d, "Create")["required"].append("kind"),
    BODY + " has no kind any more": lambda d: schema(d, "Create")["properties"].pop("kind"),
    BODY + " refuses unknown members": lambda d: schema(d, "Create").update(
        additionalProperties=False
    ),
    BODY + ".name: maxLength is 10, it was 20": lambda d: member(d, "Create", "name").update(
        maxLength=10
    ),
    BODY + ".name: pattern is ^a, it was not said": lambda d: member(d, "Create", "name").update(
        pattern="^a"
    ),
    BODY + ".kind may not be b": lambda d: member(d, "Create", "kind")["enum"].pop(),
    BODY + ".note may not be null": lambda d: member(d, "Create", "note")["anyOf"].pop(),
    BODY + ".tags[] may not be string": lambda d: member(d, "Create", "tags")["items"].update(
        type="integer"
    ),
    ANSWER + " is gone": lambda d: listing(d)["responses"].pop("200"),
    ANSWER + " has no header ETag any more": lambda d: listing(d)["responses"]["200"][
        "headers"
    ].clear(),
    ANSWER + " has no size any more": lambda d: schema(d, "Read")["properties"].pop("size"),
    ANSWER + ": id may be missing": lambda d: schema(d, "Read")["required"].clear(),
    ANSWER + ".size may be null": lambda d: schema(d, "Read")["properties"].update(
        size={"anyOf": [{"type": "integer"}, {"type": "null"}]}
    ),
    ANSWER + ".id: format is not said, it was uuid": lambda d: member(d, "Read", "id").pop(
        "format"
    ),
}
HARMLESS: dict[str, Change] = {
    "another operation": lambda d: d["paths"].update({"/others": {"get": {"responses": {}}}}),
    "another problem": lambda d: listing(d)["responses"].update({"409": {}}),
    "a problem less": lambda d: listing(d)["responses"].pop("404"),
    "an optional parameter": lambda d: listing(d)["parameters"].append(
        {"name": "q", "in": "query"}
    ),
    "an optional field": lambda d: schema(d, "Create")["properties"].update(more=NAME),
    "a field less is required": lambda d: schema(d, "Create")["required"].clear(),
    "a longer name": lambda d: member(d, "Create", "name").update(maxLength=30),
    "one value more": lambda d: member(d, "Create", "kind")["enum"].append("c"),
    "null is accepted": lambda d: schema(d, "Create")["properties"].update(
        name={"anyOf": [NAME, {"type": "null"}]}
    ),
    "another field is answered": lambda d: schema(d, "Read")["properties"].update(more=NAME),
    "a field is always there": lambda d: schema(d, "Read")["required"].append("size"),
    "null is never answered": lambda d: member(d, "Read", "note")["anyOf"].pop(),
    "anybody may": lambda d: listing(d).update(security=[]),
}


def changed(change: Change) -> list[str]:
    new = deepcopy(OLD)
    change(new)
    return breaking_changes(OLD, new)


@pytest.mark.parametrize("sentence", BREAKING)
def test_is_found_and_said(sentence: str) -> None:
    assert sentence in changed(BREAKING[sentence])


@pytest.mark.parametrize("what", HARMLESS)
def test_is_not_found_where_nothing_breaks(what: str) -> None:
    assert changed(HARMLESS[what]) == []
