"""The OpenAPI document of this project: valid, complete, and as client generators want it."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from app.core.errors import AppError
from app.core.http.problems import error_types
from app.core.permissions import PUBLIC
from app.core.runtime import Runtime
from app.kit.numbers import BIGGEST

Json = dict[str, Any]

OPERATION_ID = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
COMPONENT = re.compile(r"[A-Za-z][A-Za-z0-9]*(-Input|-Output)?")
PROBLEM = "application/problem+json"
JSON = "application/json"
FORMATS = ("date", "date-time", "uri", "uuid")


@pytest.fixture(scope="module")
def document(app: FastAPI) -> Json:
    return app.openapi()


@pytest.fixture(scope="module")
def operations(document: Json) -> dict[str, Json]:
    return {
        f"{method.upper()} {path}": operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }


def resolved(document: Json, part: Json) -> Json:
    while "$ref" in part:
        kind, name = part["$ref"].split("/")[2:]
        part = document["components"][kind][name]
    return part


def parts(part: Any) -> Iterator[Json]:
    """Yield every object of the document."""
    if isinstance(part, dict):
        yield part
        for each in part.values():
            yield from parts(each)
    elif isinstance(part, list):
        for each in part:
            yield from parts(each)


class TestTheDocument:
    def test_is_valid(self, document: Json) -> None:
        assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []

    def test_has_a_head(self, document: Json, runtime: Runtime) -> None:
        assert document["info"]["title"] == runtime.settings.name
        assert document["info"]["version"] == runtime.settings.openapi.version
        assert document["servers"] == [{"url": "/"}]

    def test_describes_each_tag(self, document: Json, operations: dict[str, Json]) -> None:
        used = {tag for operation in operations.values() for tag in operation["tags"]}

        assert {tag["name"] for tag in document["tags"]} == used
        assert all(tag["description"] for tag in document["tags"])

    def test_knows_all_ways_to_authenticate(self, document: Json) -> None:
        schemes = document["components"]["securitySchemes"]

        assert schemes.keys() == {"password", "bearer", "apiKey", "cookie"}

    def test_names_components_for_generators(self, document: Json) -> None:
        names = document["components"]["schemas"]

        assert [name for name in names if not COMPONENT.fullmatch(name)] == []

    def test_has_no_component_that_nothing_uses(self, document: Json) -> None:
        used = {part["$ref"] for part in parts(document) if "$ref" in part}
        referable = ("schemas", "headers", "responses", "examples")
        there = {
            f"#/components/{kind}/{name}"
            for kind in referable
            for name in document["components"][kind]
        }

        assert used == there

    def test_has_valid_examples_only(self, document: Json) -> None:
        checked = 0
        for part in parts(document):
            schema = part.get("schema", part)
            for example in examples_of(document, part):
                whole = {"components": document["components"], **resolved(document, schema)}
                assert list(OAS31Validator(whole).iter_errors(example)) == [], example
                checked += 1
        assert checked > 100


def examples_of(document: Json, part: Json) -> Iterator[Any]:
    """Yield the examples of a media type, a parameter, a header, or a schema."""
    found = part.get("examples")
    if isinstance(found, list):
        yield from found
    elif isinstance(found, dict) and "schema" in part:
        yield from (resolved(document, each)["value"] for each in found.values())
    if "example" in part and "schema" in part:
        yield part["example"]


class TestOperations:
    def test_have_ids_for_functions(self, operations: dict[str, Json]) -> None:
        ids = Counter(operation["operationId"] for operation in operations.values())

        assert [name for name, times in ids.items() if times > 1] == []
        assert [name for name in ids if not OPERATION_ID.fullmatch(name)] == []
        assert {"auth.log_in", "tenants.read", "users.list"} <= ids.keys()

    def test_say_who_may(self, operations: dict[str, Json], runtime: Runtime) -> None:
        for name, operation in operations.items():
            guard = operation["x-permission"]
            assert (operation["security"] == []) == (guard == PUBLIC), name
            assert (
                guard not in runtime.permissions.least or f"`{guard}`" in operation["description"]
            )

    def test_have_problems_of_known_types(
        self, document: Json, operations: dict[str, Json]
    ) -> None:
        for name, operation in operations.items():
            for status, answer in operation["responses"].items():
                if status >= "400":
                    content = resolved(document, answer)["content"]
                    assert list(content) == [PROBLEM], name
                    kinds = [error_types()[slug] for slug in content[PROBLEM]["examples"]]
                    assert {kind.status for kind in kinds} == {int(status)}, name

    def test_have_headers_in_each_response(
        self, document: Json, operations: dict[str, Json]
    ) -> None:
        for name, operation in operations.items():
            for status, answer in operation["responses"].items():
                headers = resolved(document, answer)["headers"]
                assert {"x-trace-id", "RateLimit", "RateLimit-Policy"} <= headers.keys(), name
                assert ("Retry-After" in headers) == (status in ("429", "503")), name

    def test_describe_pages(self, document: Json, operations: dict[str, Json]) -> None:
        pages = [each for each in operations.values() if "x-pagination" in each]

        for page in pages:
            answer = page["responses"]["200"]["content"]["application/json"]["schema"]
            assert resolved(document, answer)["required"] == ["items", "next_cursor"]
            assert {"cursor", "limit"} <= {each["name"] for each in page["parameters"]}
        assert len(pages) > 2

    def test_have_a_schema_for_each_body_and_parameter(self, operations: dict[str, Json]) -> None:
        for name, operation in operations.items():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                assert content["schema"], name
            for parameter in operation["parameters"]:
                assert parameter["schema"], name
                assert {"type": "null"} not in parameter["schema"].get("anyOf", []), name


class TestSchemas:
    def test_have_limits_that_hold_where_numbers_are_floats(self, document: Json) -> None:
        limits = [
            part[name]
            for part in parts(document)
            for name in ("minimum", "maximum")
            if part.get("type") == "integer" and name in part
        ]

        assert limits
        assert [limit for limit in limits if abs(limit) > BIGGEST] == []

    def test_of_bodies_have_no_text_with_control_characters(self, document: Json) -> None:
        found = [part for part in of_bodies(document) if is_text(part)]

        assert found
        assert [text for text in found if OAS31Validator(text).is_valid("a\u0007b")] == []

    def test_of_bodies_are_closed_or_say_what_names_are(self, document: Json) -> None:
        found = [part for part in of_bodies(document) if part["type"] == "object"]

        assert found
        for part in found:
            assert part.get("additionalProperties") is False or "propertyNames" in part


def of_bodies(document: Json) -> list[Json]:
    """Return all schemas that have a type of all bodies in JSON."""
    found: list[Json] = []
    waiting: list[Json] = [
        operation["requestBody"]["content"][JSON]["schema"]
        for operations in document["paths"].values()
        for operation in operations.values()
        if JSON in operation.get("requestBody", {}).get("content", {})
    ]
    while waiting:
        for part in parts(waiting.pop()):
            whole = resolved(document, part)
            if whole not in found and isinstance(whole.get("type"), str):
                found.append(whole)
                waiting += [whole] if whole is not part else []
    return found


def is_text(part: Json) -> bool:
    """True for texts, but not for those whose format has no control characters."""
    return part["type"] == "string" and part.get("format") not in FORMATS


class TestProblems:
    def test_are_derived_from_the_code(self, operations: dict[str, Json]) -> None:
        """Nothing in the route says so: its service raises them, or calls what does."""
        log_in = operations["POST /api/v1/auth/token"]["responses"]
        tenant = operations["PATCH /api/v1/tenants/current"]

        assert "wrong-credentials" in log_in["401"]["content"][PROBLEM]["examples"]
        assert "412" in tenant["responses"]
        assert "If-Match" in {each["name"] for each in tenant["parameters"]}
        assert "ETag" in tenant["responses"]["200"]["headers"]
        for name, operation in operations.items():
            if name.startswith("POST") and "{" not in name:
                assert "412" not in operation["responses"], name
                assert "If-Match" not in {each["name"] for each in operation["parameters"]}, name

    def test_of_every_class_have_a_page(self) -> None:
        assert all(issubclass(kind, AppError) for kind in error_types().values())
