"""Generated code looks hand-written, whatever the names and the mix of fields."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from extensions.modules.answer import decided, read
from extensions.modules.fields import Module, modules_of
from extensions.modules.fields.field import KINDS, USERS, Field
from extensions.modules.names import Names, names_of
from extensions.modules.options import ACTIONS, Options
from extensions.modules.validation import modules_problems
from tests.answers import ANSWER_SETS, LONGEST, SHORTEST
from tests.descriptions import PRECARIOUS, accepted, description, precarious_project
from tests.real_models import REAL_MODELS
from tests.rendered import files_of, write
from tools.snapshot import ROOT

RUFF = Path(sys.executable).parent / "ruff"
DESCRIPTIONS = 80
NAMES = [
    SHORTEST,
    "news",
    "staff",
    "tag",
    "zebras",
    "people",
    "statuses",
    "analyses",
    "categories",
    "departments",
    "invoice_lines",
    "work_order_items",
    "quarterly_forecast_sheets",
    "veterinary_treatment_records",
    "international_shipping_labels",
    LONGEST,
]
# Each form has the maximum length.
WIDEST = Names("w" * 30, "v" * 30)
OTHER = Names("x" * 30, "y" * 30)
_MIX = (
    Field(name="code", kind="str", length=40, unique=True),
    Field(name="due_on", kind="date"),
    Field(name="price", kind="decimal", digits=9, places=2, default="1.5"),
    Field(name="state", kind="enum", values=("open", "closed")),
    Field(name="owner", kind="ref", target=USERS),
)


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree of modules that ruff checks with a project's own settings."""
    root = tmp_path_factory.mktemp("generated")
    (root / "ruff.toml").write_text((ROOT / "template/ruff.toml").read_text())
    for number, module in enumerate(_modules()):
        write(module, root / str(number) / "src/app/modules")
    return root


def _modules() -> Iterator[Module]:
    yield from (Module(names_of(name)) for name in NAMES)
    yield from modules_of(read(ANSWER_SETS["fields"]["custom_modules"]))
    for answers in REAL_MODELS.values():
        yield from modules_of(read(answers["custom_modules"]))
    for seed in range(DESCRIPTIONS):
        yield from modules_of(read(description(seed)))
    yield from modules_of(decided(read(accepted(precarious())), None))
    yield from modules_of(decided(read(precarious_project()), None))
    yield from (Module(names_of(name), _MIX) for name in PRECARIOUS if not modules_problems(name))
    yield from _widest()
    yield from _with_two_routes()


def _with_two_routes() -> Iterator[Module]:
    fields = {
        "code": "str index filters(several)",
        "until": "date = today",
        "stage": 'enum(a = "A" -> b)',
        "price": "money?",
    }
    for only in combinations(ACTIONS, 2):
        for archive in (True, False):
            options = {"archive": archive, "bulk": 5, "csv": bool({"list", "create"} & {*only})}
            yield from modules_of(read({"stays": {"fields": fields, "only": [*only], **options}}))


def precarious() -> dict[str, Any]:
    """Return modules that use each risky name for fields of several kinds."""
    kinds = ("str(40) unique", "date?", "enum(a, b)", "ref targets", "datetime index", "decimal(9, 2) = 1.5")
    described: dict[str, Any] = {"targets": None}
    for number, kind in enumerate(kinds):
        for part in range(0, len(PRECARIOUS), 50):
            fields = dict.fromkeys(PRECARIOUS[part : part + 50], kind)
            described[f"holders_{chr(97 + number)}{part}"] = {"fields": fields}
    return described


def _widest() -> Iterator[Module]:
    """Return each kind with the longest name that its constraints allow, alone and all together."""
    several: list[Field] = []
    for optional in (True, False):
        for place, kind in enumerate(KINDS):
            for target in _targets(optional=optional) if kind == "ref" else (None,):
                field = _long(kind, chr(97 + place), target, optional=optional)
                several.append(field)
                yield Module(WIDEST, (field,))
                yield Module(Names("l" * 30, "ab"), (_long(kind, "f", target, optional=optional, length=39),))
    values = ("v" * 25, "w" * 25)
    stage = Field(name="stage", kind="enum", values=values, steps=(values,), default=values[0])
    number = Field(name="n" * 40, kind="str", length=40, unique=True, numbering="{year}" + "-" * 13 + "{n:05}")
    yield Module(WIDEST, (number, stage, several[0]))
    fields = (*{field.name: field for field in several}.values(), stage, number)
    for archive in (True, False):
        yield Module(WIDEST, fields, Options(archive=archive, bulk=1000, csv=True))


def _targets(*, optional: bool) -> tuple[Names, ...]:
    """Return targets of refs; a row may refer to one of its own kind only optionally."""
    return (OTHER, USERS, WIDEST) if optional else (OTHER, USERS)


def _long(kind: Any, letter: str, target: Names | None, *, optional: bool, length: int = 12) -> Field:
    name = f"{letter * (length - 2)}{'o' if optional else 'r'}{(target.singular[0] if target else 'n')}"
    values = ("v" * 40, "w" * 40) if kind == "enum" else ()
    on_delete: Any = "set null" if optional and kind == "ref" else "restrict"
    return Field(
        name=name,
        kind=kind,
        optional=optional,
        length=10_000 if kind == "str" else 0,
        digits=38,
        places=38 if optional else 10,
        values=values,
        target=target,
        on_delete=on_delete,
    )


@pytest.mark.xdist_group("generated")
class TestModules:
    def test_are_python(self, modules: Path) -> None:
        for file in modules.rglob("*.py"):
            ast.parse(file.read_text(encoding="utf-8"))

    @pytest.mark.parametrize("command", [["check"], ["format", "--check", "--diff"]], ids=["check", "format"])
    def test_are_as_ruff_would_write_them(self, modules: Path, command: list[str]) -> None:
        done = subprocess.run([RUFF, *command, "--no-cache"], cwd=modules, capture_output=True, text=True, check=False)

        assert done.returncode == 0, done.stdout[-5000:] + done.stderr

    def test_travel_through_json(self) -> None:
        for seed in range(20):
            for module in modules_of(read(description(seed))):
                assert Module.from_json(module.to_json()) == module

    def test_are_the_same_whatever_the_order_of_sets_is(self) -> None:
        texts = [
            subprocess.run(
                [sys.executable, "-c", _PRINT],
                cwd=ROOT,
                env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            for seed in ("0", "1")
        ]

        assert texts[0] == texts[1] != ""


_PRINT = """
from tests.descriptions import description
from tests.rendered import files_of
from extensions.modules.answer import decided, read
from extensions.modules.fields import modules_of
for seed in range(3):
    for module in modules_of(read(description(seed))):
        print(module, list(files_of(module)))
"""


class TestNames:
    """No file imports or defines a name twice."""

    def test_of_another_modules_service_give_way(self) -> None:
        described = {"membership_services": {"fields": {"title": "str(80)", "owner": "ref users"}}}
        services = _files(described, "membership_services")["services.py"]

        assert "from app.modules.tenants import MembershipService as MembershipService_\n" in services
        assert "self.memberships = MembershipService_(work)" in services

    @pytest.mark.parametrize("module", ["ox", "work_order_items", LONGEST])
    def test_of_types_give_way_to_those_of_the_file(self, module: str) -> None:
        names = names_of(module)
        fields = dict.fromkeys(("field", "string_constraints", "exception", "field_value"), "str(9)")
        schemas = _files({module: {"fields": {**fields, f"{names.singular}_create": "str(9)"}}}, names.package)

        defined = [line.split(" ")[0] for line in schemas["schemas.py"].splitlines() if " = Annotated[" in line]
        assert len(set(defined)) == 5
        assert not {"Field", "Schema", "StringConstraints", "Exception", f"{names.class_name}Create"} & set(defined)


class TestEmails:
    def test_that_are_unique_are_so_in_any_case(self) -> None:
        """The model and the step agree: `alembic check` compares them in tests/test_random_projects.py."""
        files = _files({"crews": {"fields": {"email": "email unique", "code": "str(9) unique"}}}, "crews")

        models, step = files["models.py"], files["migrations/s0001_create.py"]
        assert 'unique_ignoring_case("crews", "tenant_id", "email"),' in models
        assert '"uq_crews_tenant_id_lower_email",' in step
        assert '["tenant_id", sa.text("lower(email)")],' in step
        assert [text.count("UniqueConstraint") for text in (models, step)] == [1, 1]

    def test_have_an_index_to_be_sorted_by(self) -> None:
        files = _files({"crews": {"fields": {"email": "email unique"}}}, "crews")

        assert 'sa.Index(None, "tenant_id", "email", "id"),' in files["models.py"]

    def test_that_are_not_unique_are_as_any_text(self) -> None:
        files = _files({"crews": {"fields": {"email": "email index"}}}, "crews")

        assert "lower" not in "".join(files.values())


def _files(described: dict[str, Any], package: str) -> dict[str, str]:
    (module,) = (module for module in modules_of(read(described)) if module.names.package == package)
    return dict(files_of(module))
