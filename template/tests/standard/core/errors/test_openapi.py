from typing import Any

import pytest
from fastapi import FastAPI

THINGS = "/api/v1/things"


@pytest.fixture
def document(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


class TestARoute:
    @pytest.mark.parametrize(
        ("path", "method", "statuses"),
        [
            (THINGS, "get", {"401", "403", "422", "500"}),
            (THINGS, "post", {"400", "401", "403", "409", "413", "415", "422", "500"}),
            (THINGS + "/{thing_id}", "get", {"401", "404", "422", "500"}),
            (THINGS + "/{key}/key", "delete", {"404", "409", "412", "422", "500", "503"}),
        ],
    )
    def test_declares_what_it_may_answer(
        self, document: dict[str, Any], path: str, method: str, statuses: set[str]
    ) -> None:
        answers = document["paths"][path][method]["responses"]

        assert {status for status in answers if status >= "400"} == statuses
        for status in statuses:
            assert list(answers[status]["content"]) == ["application/problem+json"]

    def test_says_itself_what_nobody_could_guess(self, document: dict[str, Any]) -> None:
        answer = document["paths"][THINGS + "/{key}/key"]["delete"]["responses"]["503"]

        assert answer["description"] == "Too busy"


class TestTheDocument:
    def test_has_our_shapes_and_not_the_frameworks(self, document: dict[str, Any]) -> None:
        schemas = document["components"]["schemas"]

        assert {"Problem", "ValidationProblem", "FieldProblem"} <= set(schemas)
        assert "HTTPValidationError" not in str(document)
        assert "$defs" not in str(document)

    def test_is_made_once(self, app: FastAPI) -> None:
        assert app.openapi() is app.openapi()
