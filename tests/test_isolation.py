"""Run the isolation tests in renderings, and on a module that was written by hand."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clone import Clone

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("isolation")]

OF_LAYERS = ("test_without_layer.py", "test_cost.py")
ATTACKS = (
    "pytest",
    "tests/isolation",
    "--quiet",
    "-m",
    "",
    *(f"--ignore=tests/isolation/{each}" for each in OF_LAYERS),
)
"""Leaves out the tests of the layers themselves, which do not look at a project's routes, tables and repositories."""
OF_MODULES = (
    "across_tenants",
    "database",
    "ids",
    "limits",
    "pages",
    "plans",
    "report",
    "routes",
    "shared",
    "values",
    "without_context",
)
ON_MODULES = ("pytest", *(f"tests/isolation/test_{each}.py" for each in OF_MODULES), "--quiet", "-m", "")
"""The tests that look at each table, route and repository; the others do the same in every project."""
QUICK = ("pytest", "tests/isolation/test_database.py", "tests/isolation/test_routes.py", "--quiet")
HAND = Path("src/app/modules/leaflets")

STEP = '''"""Leaflets."""

import sqlalchemy as sa
from alembic import op

from app.database.rls import protect


def upgrade() -> None:
    op.create_table(
        "leaflets",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
    )
    protect("leaflets")


def downgrade() -> None:
    op.drop_table("leaflets")
'''
MODELS = """from sqlalchemy.orm import Mapped

from app.database.base import Base
from app.database.mixins import TenantMixin, UUIDMixin


class Leaflet(UUIDMixin, TenantMixin, Base):
    __tablename__ = "leaflets"

    text: Mapped[str]
"""
MODULE = """from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from app.core.module import Module
from app.core.permissions import Role, permission
from app.core.unit_of_work import CurrentWork
from app.database.repository import Repository
from app.kit.schemas import Schema

from .models import Leaflet

router = APIRouter(prefix="/leaflets")


class LeafletText(Schema):
    text: str


class Leaflets(Repository[Leaflet]):
    model = Leaflet


@router.post("")
@permission("leaflets:use")
async def write(body: LeafletText, work: CurrentWork) -> dict[str, Any]:
    work.require("leaflets:use")
    return vars(await Leaflets(work.session).create(text=body.text))


@router.get("/{leaflet_id}")
@permission("leaflets:use")
async def read(leaflet_id: UUID, work: CurrentWork) -> dict[str, str]:
    work.require("leaflets:use")
    return {"text": (await Leaflets(work.session).get(leaflet_id)).text}


module = Module(name="leaflets", routers=(router,), permissions={"leaflets:use": Role.VIEWER})
"""
LEAK = """async with work.across_tenants(bypass_tenant=True, reason="a mistake") as everywhere:
        return {"text": (await Leaflets(everywhere.session).get(leaflet_id)).text}
"""
NO_REASON = """

class Currency(UUIDMixin, Base):
    __tablename__ = "currencies"
"""


@pytest.fixture
def by_hand(clone_of: Callable[[str], Clone]) -> Clone:
    """A project with a module that differs from generated ones in every respect."""
    clone = clone_of("minimal")
    folder = clone.folder / HAND
    (folder / "migrations").mkdir(parents=True)
    for name, text in (("module.py", MODULE), ("models.py", MODELS), ("migrations/s0001_create.py", STEP)):
        (folder / name).write_text(text)
    for package in (folder, folder / "migrations"):
        (package / "__init__.py").touch()
    clone.run("python", "-m", "app", "adopt")
    return clone


def edit(clone: Clone, name: str, old: str, new: str) -> None:
    file = clone.folder / HAND / name
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


class TestAttacks:
    @pytest.mark.parametrize("answers", ["everything", "fields"])
    def test_fail_on_a_rendering(self, clone_of: Callable[[str], Clone], answers: str) -> None:
        clone = clone_of(answers)
        printed = clone.run(*(ATTACKS if answers == "everything" else ON_MODULES))

        for module in (clone.folder / "src/app/modules").glob("*/migrations"):
            assert f"/api/v1/{module.parent.name.replace('_', '-')}" in printed or module.parent.name in printed

    def test_cover_a_module_that_was_written_by_hand(self, by_hand: Clone) -> None:
        printed = by_hand.run(*ON_MODULES)

        assert "leaflets" in next(line for line in printed.splitlines() if line.startswith("tables:"))
        assert "GET    /api/v1/leaflets/{leaflet_id}" in printed
        assert "leaflets/{leaflet_id} 404" not in printed


class TestPlantedHole:
    """Each hole makes the project's tests fail."""

    def red(self, clone: Clone) -> str:
        with pytest.raises(AssertionError) as failure:
            clone.run(*QUICK)
        return str(failure.value)

    def test_without_a_policy(self, by_hand: Clone) -> None:
        edit(by_hand, "migrations/s0001_create.py", 'protect("leaflets")', 'grant_global("leaflets")')
        edit(by_hand, "migrations/s0001_create.py", "import protect", "import grant_global")

        assert "table leaflets has row security switched off" in self.red(by_hand)

    def test_with_a_key_of_its_own(self, by_hand: Clone) -> None:
        edit(by_hand, "migrations/s0001_create.py", 'Constraint("tenant_id", "id")', 'Constraint("id", "tenant_id")')

        assert "table leaflets has no primary key that starts with tenant_id" in self.red(by_hand)

    def test_with_a_reference_out_of_the_tenant(self, by_hand: Clone) -> None:
        loose = '        sa.Column("text", sa.String(), nullable=False),\n        sa.UniqueConstraint("id"),\n'
        edit(by_hand, "migrations/s0001_create.py", '        sa.Column("text", sa.String(), nullable=False),\n', loose)

        assert "reveals to one tenant which values another one has" in self.red(by_hand)

    def test_with_a_global_table_that_nobody_explained(self, by_hand: Clone) -> None:
        file = by_hand.folder / HAND / "models.py"
        file.write_text(file.read_text() + NO_REASON)

        assert "currencies" in self.red(by_hand)

    def test_with_a_route_that_works_across_tenants(self, by_hand: Clone) -> None:
        """The route acts as the system, because the user may not read across tenants."""
        edit(
            by_hand,
            "module.py",
            'return {"text": (await Leaflets(work.session).get(leaflet_id)).text}\n',
            "work.actor = Actor.operator()\n    " + LEAK,
        )
        edit(by_hand, "module.py", "from app.core.module", "from app.core.auth import Actor\nfrom app.core.module")

        assert "GET    /api/v1/leaflets/{leaflet_id} tells a foreign id" in self.red(by_hand)
