import httpx
import pytest

from app.core.errors import AppError
from app.core.http.problems import error_types
from app.core.http.problems._pages import FORMER_SLUGS


class TestAPage:
    @pytest.mark.parametrize("slug", sorted(error_types()))
    async def test_explains_each_error(self, client: httpx.AsyncClient, slug: str) -> None:
        answer = await client.get(f"/errors/{slug}")

        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/html")
        assert error_types()[slug].title in answer.text

    async def test_is_safe_to_read(self, client: httpx.AsyncClient) -> None:
        page = (await client.get("/errors/key-taken")).text

        assert "&lt;b&gt;Choose&lt;/b&gt; <code>another</code> one." in page

    async def test_without_a_docstring_has_that_of_its_kind(
        self, client: httpx.AsyncClient
    ) -> None:
        class Undocumented(AppError):
            pass

        page = (await client.get(f"/errors/{Undocumented.slug}")).text

        assert str(AppError.__doc__) in page

    @pytest.mark.parametrize(("before", "now"), FORMER_SLUGS.items())
    async def test_of_a_former_slug_leads_to_the_new_one(
        self, client: httpx.AsyncClient, before: str, now: str
    ) -> None:
        answer = await client.get(f"/errors/{before}")

        assert answer.headers["location"] == f"/errors/{now}"
        assert now in error_types()

    async def test_of_an_unknown_error_is_a_problem(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/errors/unheard-of")

        assert answer.status_code == 404
        assert answer.json()["title"] == "Not found"


class TestTheList:
    async def test_leads_to_errors_of_modules_too(self, client: httpx.AsyncClient) -> None:
        page = (await client.get("/errors")).text

        assert '<a href="/errors/key-taken">This key is taken</a>' in page
        assert '<a href="/errors/validation">' in page
