"""Code that is renamed must still look hand-written, whatever the name."""

import subprocess
import sys
from pathlib import Path

import pytest

from extensions.modules import skeleton
from extensions.modules.names import Names, names_of
from tests.answers import LONGEST, SHORTEST
from tools.snapshot import ROOT

RUFF = Path(sys.executable).parent / "ruff"
NAMES = [
    SHORTEST,
    "news",
    "tag",
    "zebras",
    "assets",
    "people",
    "orders",
    "boats",
    "statuses",
    "analyses",
    "accounts",
    "companies",
    "categories",
    "departments",
    "invoice_lines",
    "work_order_items",
    "purchase_order_lines",
    "quarterly_forecast_sheets",
    "a_very_long_name_with_words",
    "veterinary_treatment_records",
    "international_shipping_labels",
    LONGEST,
]
INVOICE_LINE = Names("invoice_line", "invoice_lines")


def renamed(source: str, *, markdown: bool = False) -> str:
    rename = skeleton.rename_markdown if markdown else skeleton.rename_python
    return rename(source, INVOICE_LINE)


class TestRename:
    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            (
                "from app.modules.widgets import WidgetService",
                "from app.modules.invoice_lines import InvoiceLineService",
            ),
            ("def f(widget_id: UUID, all: Widgets)", "def f(invoice_line_id: UUID, all: InvoiceLines)"),
            ('READ = "widgets:read"', 'READ = "invoice_lines:read"'),
            ('name = "widgets.created"', 'name = "invoice_lines.created"'),
            (
                'APIRouter("/widgets", ["widgets"])',
                'APIRouter("/invoice-lines", ["invoice_lines"])',
            ),
            ('get(f"/api/v1/widgets/{widget.id}")', 'get(f"/api/v1/invoice-lines/{invoice_line.id}")'),
            ('"""A widget of a tenant."""', '"""An invoice line of a tenant."""'),
            ('title = "This widget is gone"', 'title = "This invoice line is gone"'),
            ('"""Widgets."""', '"""Invoice lines."""'),
            ("# Widgets are few.", "# Invoice lines are few."),
            ("# One Widget, not widget.id", "# One InvoiceLine, not invoice_line.id"),
            ('text("SELECT name FROM widgets WHERE id = 1")', 'text("SELECT name FROM invoice_lines WHERE id = 1")'),
            ("MAX_WIDGETS = 3", "MAX_INVOICE_LINES = 3"),
            ('name=f"Widget {number}"', 'name=f"Invoice line {number}"'),
        ],
    )
    def test_python(self, source: str, expected: str) -> None:
        assert renamed(source) == expected

    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("# Widgets\n", "# Invoice lines\n"),
            ("Run `make test only=src/app/modules/widgets`.", "Run `make test only=src/app/modules/invoice_lines`."),
            ("| Routes | `/api/v1/widgets` |", "| Routes | `/api/v1/invoice-lines` |"),
            ("what may be done with a widget, or widgets", "what may be done with an invoice line, or invoice lines"),
        ],
    )
    def test_markdown(self, source: str, expected: str) -> None:
        assert renamed(source, markdown=True) == expected


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every name's module, in a tree that ruff reads with the project's own settings."""
    root = tmp_path_factory.mktemp("renamed")
    (root / "ruff.toml").write_text((ROOT / "template/ruff.toml").read_text())
    for names in map(names_of, NAMES):
        for source in sorted(skeleton.SKELETON.rglob("*.py")):
            file = str(source.relative_to(skeleton.SKELETON))
            target = root / "src/app/modules" / names.package / file.replace("widgets", names.package)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(skeleton.render(names, file))
    return root


@pytest.mark.xdist_group("renamed")
class TestRender:
    @pytest.mark.parametrize("command", [["check"], ["format", "--check", "--diff"]], ids=["check", "format"])
    def test_is_as_ruff_would_write_it(self, modules: Path, command: list[str]) -> None:
        done = subprocess.run([RUFF, *command, "--no-cache"], cwd=modules, capture_output=True, text=True, check=False)

        assert done.returncode == 0, done.stdout + done.stderr
