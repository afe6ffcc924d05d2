"""A user with an account at a provider, and the redirects of a log-in with it."""

from dataclasses import dataclass
from typing import Any

import httpx
from httpx import AsyncClient, Response
from sqlalchemy import text

from app.core.runtime import Runtime
from app.kit.ids import new_id
from tests.support.people import Person

OIDC = "/api/v1/auth/oidc"
OURS = {"Origin": "http://localhost:8000"}


def person(**changes: Any) -> dict[str, Any]:
    email = f"{new_id()}@example.com"
    return {"sub": email, "email": email, "email_verified": True, "name": "Ada King", **changes}


@dataclass
class Trip:
    """A log-in with a provider: there and back."""

    browser: AsyncClient

    async def leave(self) -> str:
        """Return the address to which the provider redirects the browser."""
        there = await self.browser.get(f"{OIDC}/ours")
        # The provider speaks plain HTTP: reading the certificates would cost more than the rest.
        async with httpx.AsyncClient(verify=False, timeout=60) as outside:
            return (await outside.get(there.headers["location"])).headers["location"]

    async def make(self) -> Response:
        return await self.browser.get(await self.leave())


async def confirm(runtime: Runtime, person: Person) -> None:
    statement = "UPDATE users SET email_verified_at = now() WHERE id = :id"
    async with runtime.database.rw.begin() as connection:
        await connection.execute(text(statement), {"id": person.user_id})
