from typing import Any

import httpx
import pytest

THINGS = "/api/v1/things"
MARK = "hunter2"


async def errors_of(client: httpx.AsyncClient, body: Any) -> dict[str, str]:
    answer = await client.post(THINGS, json=body)
    assert answer.status_code == 422
    assert answer.json()["title"] == "Validation Error"
    return {error["pointer"]: error["detail"] for error in answer.json()["errors"]}


class TestPointers:
    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"email": "x"}, "/body/email"),
            ({"tags": [1, "x"]}, "/body/tags/1"),
            ({"a/b~c": 1}, "/body/a~1b~0c"),
            ([], "/body"),
        ],
    )
    async def test_lead_to_the_value(
        self, client: httpx.AsyncClient, body: Any, pointer: str
    ) -> None:
        assert pointer in await errors_of(client, body)

    async def test_lead_into_query_and_path_as_well(self, client: httpx.AsyncClient) -> None:
        query = await client.get(f"{THINGS}?limit=101")
        path = await client.get(f"{THINGS}/{MARK}")

        assert [error["pointer"] for error in query.json()["errors"]] == ["/query/limit"]
        assert [error["pointer"] for error in path.json()["errors"]] == ["/path/thing_id"]

    async def test_all_faults_are_listed(self, client: httpx.AsyncClient) -> None:
        assert len(await errors_of(client, {"email": "x", "level": "x", "count": "x"})) == 3

    async def test_a_missing_body_is_invalid(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(THINGS)

        assert answer.status_code == 422
        assert answer.json()["errors"] == [{"pointer": "/body", "detail": "Field required"}]


class TestSentences:
    @pytest.mark.parametrize(
        ("body", "sentence"),
        [
            ({"owner": "§"}, "Input should be a valid UUID"),
            ({"email": "a@§"}, "value is not a valid email address"),
        ],
    )
    async def test_never_repeat_a_part_of_a_value(
        self, client: httpx.AsyncClient, body: Any, sentence: str
    ) -> None:
        assert list((await errors_of(client, body)).values()) == [sentence]

    @pytest.mark.parametrize(
        "body",
        [
            {"email": MARK},
            {"email": f"{MARK} {MARK}@example.com"},
            {"email": f"a@{MARK}"},
            {"email": f"a@b..{MARK}"},
            {"owner": MARK},
            {"level": MARK},
            {"count": MARK},
            {"name": MARK * 9},
            {"tags": MARK},
            {"tags": {"a": MARK}},
            {"pet": {"kind": MARK}},
            {"pet": MARK},
            {"surprise": MARK},
            [MARK],
            MARK,
        ],
    )
    async def test_never_repeat_a_value(self, client: httpx.AsyncClient, body: Any) -> None:
        answer = await client.post(THINGS, json=body)

        assert answer.status_code == 422
        assert MARK not in answer.text
