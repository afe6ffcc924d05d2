import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from api_client import ApiKey, ProblemError, Session, api, iterate, iterate_async, ok
from api_client.generated.api.api_keys import api_keys_create
from api_client.generated.api.me import me_read
from api_client.generated.api.roles import roles_create, roles_list
from api_client.generated.api.tenants import tenants_change, tenants_invite
from api_client.generated.models import (
    ApiKeyCreate,
    InvitationCreate,
    RoleCreate,
    TenantChange,
)
from server import PASSWORD, URL, owner

MANY = 8
NAMES = ["fifth", "first", "fourth", "second", "third"]


def asked(status: int, seconds: int) -> httpx2.Response:
    return httpx2.Response(status, headers={"Retry-After": str(seconds)})


class Expiry:
    """Makes the tokens of all requests before the first refresh expired ones."""

    def __init__(self) -> None:
        self.refreshes = 0

    def __call__(self, request: httpx2.Request) -> None:
        self.refreshes += request.url.path == "/api/v1/auth/refresh"
        if not self.refreshes:
            request.headers["Authorization"] = "Bearer expired"


class TestLogIn:
    def test_is_refused_with_the_wrong_password(self) -> None:
        session = Session(URL)
        client = api(URL, session)
        email = owner().email

        with pytest.raises(ProblemError) as refused:
            session.log_in(client, email, "something else")
        assert refused.value.slug == "wrong-credentials"
        assert session.log_in(client, email, PASSWORD) is None
        assert ok(me_read.sync(client=client)).email == email

    def test_goes_on_in_another_process_until_it_ends(self) -> None:
        first = owner()
        later = Session(URL, refresh_token=first.session.refresh_token)
        client = api(URL, later)

        assert ok(me_read.sync(client=client)).email == first.email
        ended = later.refresh_token
        later.log_out(client)
        with pytest.raises(ProblemError) as refused:
            me_read.sync(client=api(URL, Session(URL, refresh_token=ended)))
        assert refused.value.slug == "refresh-refused"

    def test_is_refreshed_once_for_many_threads(self) -> None:
        expiry = Expiry()
        of = owner(before=expiry)

        with ThreadPoolExecutor(MANY) as pool:
            found = list(pool.map(lambda _: ok(me_read.sync(client=of.api)), range(MANY)))

        assert {each.email for each in found} == {of.email}
        assert expiry.refreshes == 1

    def test_is_refreshed_once_for_many_tasks(self) -> None:
        expiry = Expiry()
        of = owner(before=expiry)

        async def read_many() -> list[str]:
            answers = (me_read.asyncio(client=of.api) for _ in range(MANY))
            return [ok(each).email for each in await asyncio.gather(*answers)]

        assert set(asyncio.run(read_many())) == {of.email}
        assert expiry.refreshes == 1

    def test_of_a_program_is_its_key(self) -> None:
        body = ApiKeyCreate(name="partner", permissions=["roles:read"])
        key = ok(api_keys_create.sync(client=owner().api, body=body)).key

        assert ok(roles_list.sync(client=api(URL, ApiKey(key)))).items == []


class TestProblem:
    def test_says_what_is_wrong_where(self) -> None:
        with pytest.raises(ProblemError) as refused:
            tenants_invite.sync(client=owner().api, body=InvitationCreate(email="nobody"))

        assert refused.value.slug == "validation"
        assert refused.value.of("email")
        assert refused.value.of("role") is None
        assert len(refused.value.trace_id) == 32


class TestRetry:
    def test_does_a_request_once_whose_answer_was_lost(self) -> None:
        lost = iter(["once"])

        def lose(request: httpx2.Request) -> None:
            if request.method == "POST" and next(lost, None):
                raise httpx2.ReadError("the connection broke", request=request)

        of = owner(after=lose)

        made = ok(roles_create.sync(client=of.api, body=RoleCreate("reader", [])))

        assert [each.id for each in ok(roles_list.sync(client=of.api)).items] == [made.id]
        assert next(lost, None) is None

    @pytest.mark.parametrize("asynchronous", [False, True])
    def test_waits_as_asked_but_not_for_too_long(self, asynchronous: bool) -> None:
        answers: Iterator[httpx2.Response] = iter([asked(429, 0), asked(503, 0), asked(503, 3600)])
        of = owner(before=lambda _: next(answers, None))

        def read() -> object:
            if asynchronous:
                return asyncio.run(me_read.asyncio(client=of.api))
            return me_read.sync(client=of.api)

        with pytest.raises(ProblemError) as refused:
            read()

        assert (refused.value.status, refused.value.retry_after) == (503, 3600)
        assert next(answers, None) is None

    def test_does_not_repeat_a_change_without_a_key(self) -> None:
        sent: list[str] = []

        def lose(request: httpx2.Request) -> None:
            sent.append(request.method)
            raise httpx2.ReadError("the connection broke", request=request)

        with pytest.raises(httpx2.ReadError):
            tenants_change.sync(client=owner(after=lose).api, body=TenantChange(name="Other"))

        assert sent == ["PATCH"]


class TestPages:
    def test_are_read_one_after_the_other(self) -> None:
        client = owner().api
        for name in NAMES:
            roles_create.sync(client=client, body=RoleCreate(name, []))

        async def read_all() -> list[str]:
            pages = iterate_async(lambda at: roles_list.asyncio(client=client, limit=2, cursor=at))
            return [each.name async for each in pages]

        found = [
            each.name
            for each in iterate(lambda at: roles_list.sync(client=client, limit=2, cursor=at))
        ]

        assert sorted(found) == NAMES
        assert sorted(asyncio.run(read_all())) == NAMES
