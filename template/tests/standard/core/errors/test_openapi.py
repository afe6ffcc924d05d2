from typing import Any

import pytest
from fastapi import FastAPI
from openapi_schema_validator import OAS31Validator

THINGS = "/api/v1/things"
ALWAYS = {"408", "414", "422", "429", "431", "500", "503"}
OF_BODY = {"400", "413", "415"}
LOGGED_IN = {"401", "403"}


@pytest.fixture
def document(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


def resolved(document: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    name = answer.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = document["components"]["responses"][name] if name else answer
    return found


class TestARoute:
    @pytest.mark.parametrize(
        ("path", "method", "statuses"),
        [
            (THINGS, "get", ALWAYS | LOGGED_IN),
            (THINGS, "post", ALWAYS | LOGGED_IN | OF_BODY | {"409"}),
            (THINGS + "/{thing_id}", "get", ALWAYS | LOGGED_IN | {"400", "404", "405"}),
            (THINGS + "/{key}/key", "delete", ALWAYS | {"400", "404", "405", "409"}),
        ],
    )
    def test_declares_what_it_may_answer(
        self, document: dict[str, Any], path: str, method: str, statuses: set[str]
    ) -> None:
        answers = document["paths"][path][method]["responses"]

        assert {status for status in answers if status >= "400"} == statuses
        for status in statuses:
            answer = resolved(document, answers[status])
            assert list(answer["content"]) == ["application/problem+json"]

    def test_says_itself_what_nobody_could_guess(self, document: dict[str, Any]) -> None:
        answer = document["paths"][THINGS + "/{key}/key"]["delete"]["responses"]["503"]

        assert answer["description"] == "Too busy"


class TestJson:
    @pytest.mark.parametrize(
        ("value", "is_valid"),
        [
            ({}, True),
            ({"a": [1, None, True, {"b": "two\nlines"}], "ü": {"c": 0.5}}, True),
            ({"\u0007": 1}, False),
            ({"a": "\u0007"}, False),
            ({"a": [{"b\u007f": 1}]}, False),
            ({"a": {"b": ["\u0085"]}}, False),
        ],
    )
    def test_of_any_form_has_no_control_characters(
        self, document: dict[str, Any], value: Any, *, is_valid: bool
    ) -> None:
        schema = document["components"]["schemas"]["Body"]["properties"]["data"]
        validator = OAS31Validator({"components": document["components"], **schema})

        assert validator.is_valid(value) == is_valid


class TestTheDocument:
    def test_has_our_shapes_and_not_the_frameworks(self, document: dict[str, Any]) -> None:
        schemas = document["components"]["schemas"]

        assert {"Problem", "ValidationProblem", "FieldProblem"} <= set(schemas)
        assert "HTTPValidationError" not in str(document)
        assert "$defs" not in str(document)

    def test_is_made_once(self, app: FastAPI) -> None:
        assert app.openapi() is app.openapi()
