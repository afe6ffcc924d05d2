"""Create superusers for tests of rows that all tenants share."""

from sqlalchemy import make_url

from app.core.runtime import Runtime

from .people import Person, create_tenant
from .servers import server


async def superuser_alone(runtime: Runtime, table: str) -> Person:
    """Return a superuser, after deleting the rows of a shared table and all that refer to them.

    Rows that all tenants share stay after a test, because those who write them commit at once.
    """
    name = make_url(str(runtime.settings.database.url)).database or ""
    with server().superuser(name) as connection:
        connection.execute("SET lock_timeout = '20s'")
        connection.execute(f"TRUNCATE {table} CASCADE")
    return await create_tenant(runtime, "Platform", is_superuser=True)
