"""Every query uses an index that begins with the tenant, with row security on."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from asyncpg.exceptions import InsufficientPrivilegeError
from sqlalchemy import Connection, Table, create_engine, make_url, text

from app.config import Settings
from app.database.mixins import SearchMixin, words_of
from app.database.repository import Repository
from app.database.tenancy import TenantContext
from tests.support.servers import server

from .attacks_reading import WITH_REASON
from .load import create_tenants, fill, fill_words
from .questions import Question, lists_of, questions_of, repositories
from .samples import Folder
from .two_tenants import TwoTenants

pytestmark = pytest.mark.slow

# They run as app_rw, so that plans contain the policy and the session's condition.
OF_A_MILLION = {
    "get": "SELECT * FROM sample_folders WHERE tenant_id = $1 AND id = gen_random_uuid()",
    "list": "SELECT * FROM sample_folders WHERE tenant_id = $1 ORDER BY id DESC LIMIT 51",
    "next page": "SELECT * FROM sample_folders WHERE tenant_id = $1 AND id < gen_random_uuid()"
    " ORDER BY id DESC LIMIT 51",
    "count": "SELECT count(*) FROM sample_folders WHERE tenant_id = $1",
    "filter": "SELECT * FROM sample_folders WHERE tenant_id = $1 AND code = '1'",
    "count without the session": "SELECT count(*) FROM sample_folders WHERE $1::uuid IS NOT NULL",
    "list without the session": "SELECT * FROM sample_folders WHERE $1::uuid IS NOT NULL"
    " ORDER BY id DESC LIMIT 51",
}


class FolderRepository(Repository[Folder]):
    model = Folder
    filters = (Folder.code,)
    sorts = (Folder.code, Folder.closed_on)


@pytest.fixture(scope="module")
def superuser(whole: Settings) -> Iterator[Connection]:
    name = make_url(str(whole.database.url)).database or ""
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: server().superuser(name),
        isolation_level="AUTOCOMMIT",
    )
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture(scope="module")
def tenant_ids(superuser: Connection) -> Iterator[list[UUID]]:
    """Create a thousand tenants."""
    yield create_tenants(superuser, 1000)
    superuser.execute(text("SET session_replication_role = replica"))
    for table in Folder.metadata.sorted_tables + tables_of_repositories():
        if "tenant_id" in table.c:
            superuser.execute(
                text(
                    f"DELETE FROM {table.name} WHERE tenant_id IN"
                    " (SELECT id FROM tenants WHERE name = 'load')"
                )
            )
    superuser.execute(text("DELETE FROM tenants WHERE name = 'load'"))
    superuser.execute(text("SET session_replication_role = origin"))


def tables_of_repositories() -> list[Table]:
    return [repository.model.__table__ for repository in repositories()]


@pytest_asyncio.fixture(scope="module")
async def million(two_tenants: TwoTenants, superuser: Connection, tenant_ids: list[UUID]) -> None:
    row = await two_tenants.own_row(Folder.__table__)
    fill(superuser, Folder.__table__, tenant_ids, rows_each=1000, like=row["id"])


class TestOfAMillionRows:
    @pytest.mark.parametrize("name", OF_A_MILLION)
    async def test_starts_with_the_tenant(
        self, two_tenants: TwoTenants, tenant_ids: list[UUID], million: None, name: str
    ) -> None:
        question = Question(name, OF_A_MILLION[name], [tenant_ids[500]])

        assert await scans(two_tenants, question, TenantContext(tenant_ids[500])) == []

    async def test_starts_with_the_tenant_in_declared_lists(
        self,
        two_tenants: TwoTenants,
        tenant_ids: list[UUID],
        million: None,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """A next page starts at its first row: the index condition names the sorted column."""
        tenant = TenantContext(tenant_ids[500])
        questions = await lists_of(two_tenants, FolderRepository, monkeypatch)

        assert len(questions) >= 20
        for question in questions:
            assert await scans(two_tenants, question, tenant) == []
            if "closed_on, cursor=W" in question.asked_by and "None, sort" in question.asked_by:
                plan = await plan_of(two_tenants, question, tenant)
                conditions = [node.get("Index Cond", "") for node in _nodes(plan)]
                assert any("closed_on" in each for each in conditions), question.asked_by


class TestOfEachRepository:
    @pytest.mark.parametrize("repository", repositories(), ids=lambda each: each.__name__)
    async def test_starts_with_the_tenant(
        self,
        two_tenants: TwoTenants,
        superuser: Connection,
        tenant_ids: list[UUID],
        repository: Any,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        questions = await questions_of(two_tenants, repository, monkeypatch)
        row = await two_tenants.own_row(repository.model.__table__)
        fill(superuser, repository.model.__table__, tenant_ids, rows_each=20, like=row["id"])
        if issubclass(repository.model, SearchMixin):
            fill_words(superuser, repository.model)

        tenant = TenantContext(tenant_ids[500])
        found = [
            await scans(two_tenants, question, tenant, repository.model) for question in questions
        ]

        assert len(questions) >= 4
        searches = [each for each in questions if "_words" in each.sql]
        assert bool(searches) == issubclass(repository.model, SearchMixin)
        assert [each for some in found for each in some] == []


async def scans(
    two_tenants: TwoTenants, question: Question, tenant: TenantContext, model: Any = Folder
) -> list[str]:
    """Return the scans that do not begin with the tenant, as sentences.

    A table to which rows are only added, such as the audit log, has no plan for changes.
    """
    if question.sql.startswith("INSERT"):
        return []
    try:
        plan = await plan_of(two_tenants, question, tenant)
    except InsufficientPrivilegeError:
        return []
    return [
        f"{question.asked_by}: {node['Node Type']} of {node.get('Relation Name')}"
        for node in _nodes(plan)
        if (_touches(node, model.__tablename__) and not _is_led(node, model))
        or (_touches(node, words_of(model.__tablename__)) and not _is_search(node))
    ]


async def plan_of(
    two_tenants: TwoTenants, question: Question, tenant: TenantContext
) -> dict[str, Any]:
    async with two_tenants.session_of(tenant) as session:
        connection = await session.connection(execution_options=WITH_REASON)
        driver: Any = (await connection.get_raw_connection()).driver_connection
        plan = await driver.fetchval(f"EXPLAIN (FORMAT JSON) {question.sql}", *question.values)
    found: dict[str, Any] = plan[0]["Plan"]
    return found


def _is_led(node: dict[str, Any], model: Any) -> bool:
    """True if the condition uses the tenant, or the person, as a personal table's policy does."""
    condition = node.get("Index Cond", "")
    ways = ("tenant_id", getattr(model, "__personal__", "tenant_id"))
    return any(f"{way} = " in condition for way in ways)


def _is_search(node: dict[str, Any]) -> bool:
    """True if the index leads from the tenant to the words that begin with what was typed."""
    condition = node.get("Index Cond", "")
    return all(part in condition for part in ("tenant_id = ", "word >= ", "word < "))


def _touches(node: dict[str, Any], table: str) -> bool:
    """True if the node reads the table. A bitmap heap scan reads what its index scan has found."""
    named = node.get("Relation Name") == table or table in node.get("Index Name", "")
    return named and node["Node Type"] not in ("Bitmap Heap Scan", "ModifyTable")


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)
