"""Violate each import rule once in a rendering; its check must fail."""

import re
from collections.abc import Callable, Iterator

import pytest

from tests.clone import Clone
from tests.violations.beyond_tach import BEYOND_TACH
from tests.violations.layers import LAYERS, SIBLINGS
from tests.violations.parts import PARTS
from tests.violations.violation import IMPORTS, MODULE_RULES, MODULES, RULES, STRINGS, TACH, Violation
from tools.snapshot import git

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("boundaries")]

VIOLATIONS = [*PARTS, *SIBLINGS, *LAYERS, *BEYOND_TACH]
TOGETHER = [each for each in VIOLATIONS if each.gate in (TACH, IMPORTS) and each.code and not each.instead_of]
"""These only add lines, and their checks only read them: one run reports them all, each at its line."""
ALONE = [each for each in VIOLATIONS if each not in TOGETHER]


@pytest.fixture(scope="module")
def fields(clone_of: Callable[[str], Clone]) -> Clone:
    return clone_of("fields")


@pytest.fixture
def clone(fields: Clone) -> Iterator[Clone]:
    """The rendering, restored after each test."""
    yield fields
    git(fields.folder, "checkout", "--quiet", "--", ".")
    git(fields.folder, "clean", "--quiet", "--force", "-d")


@pytest.fixture(scope="module")
def reported(clone_of: Callable[[str], Clone]) -> dict[Violation, str]:
    """Return what the check of each violation reports at the lines of this violation."""
    clone = clone_of("fields")
    return {each: line for gate in (TACH, IMPORTS) for each, line in _reported(clone, gate).items()}


def _reported(clone: Clone, gate: tuple[str, ...]) -> dict[Violation, str]:
    violations = [each for each in TOGETHER if each.gate == gate]
    places = {each: put(each, clone) for each in violations}
    with pytest.raises(AssertionError) as refused:
        clone.run(*gate)
    git(clone.folder, "checkout", "--quiet", "--", ".")
    git(clone.folder, "clean", "--quiet", "--force", "-d")
    return {each: _lines_at(str(refused.value), each.file, places[each]) for each in violations}


def _lines_at(output: str, file: str, lines: range) -> str:
    places = [re.compile(rf"{re.escape(file)}:{line}\b") for line in lines]
    return "\n".join(line for line in output.splitlines() if any(place.search(line) for place in places))


class TestBoundaries:
    @pytest.mark.parametrize("gate", [TACH, IMPORTS, STRINGS, MODULE_RULES, RULES], ids=" ".join)
    def test_hold_as_rendered(self, clone: Clone, gate: tuple[str, ...]) -> None:
        clone.run(*gate)

    @pytest.mark.parametrize("violation", TOGETHER, ids=lambda violation: violation.name)
    def test_report_each_at_its_line(self, reported: dict[Violation, str], violation: Violation) -> None:
        assert violation.words in reported[violation]

    @pytest.mark.parametrize("violation", ALONE, ids=lambda violation: violation.name)
    def test_do_not_let_through(self, clone: Clone, violation: Violation) -> None:
        put(violation, clone)

        with pytest.raises(AssertionError) as refused:
            clone.run(*violation.gate)

        assert violation.words in str(refused.value)


class TestRules:
    def test_by_hand_are_accepted(self, clone: Clone) -> None:
        """Modules of older releases have such files, and no `uses`."""
        domain, module = (clone.folder / f"{MODULES}/invoices/{name}" for name in ("tach.domain.toml", "module.py"))
        domain.write_text(domain.read_text().split("\n", 1)[1])
        module.write_text(module.read_text().replace('    uses=("clients",),\n', ""))

        for gate in (RULES, MODULE_RULES, TACH):
            clone.run(*gate)

    def test_hold_for_a_new_part(self, clone: Clone) -> None:
        """`make check` asks for its rule first; with the rule Tach refuses what no such part may import."""
        (clone.folder / MODULES / "invoices" / "helpers.py").write_text("from .repositories import x\n")

        clone.run("python", "-m", "app", "import-rules")

        with pytest.raises(AssertionError, match=r"cannot depend on 'app\.modules\.invoices\.repositories'"):
            clone.run(*TACH)

    def test_of_a_new_part_take_no_line_by_hand(self, clone: Clone) -> None:
        invoices = clone.folder / MODULES / "invoices"
        (invoices / "storage.py").write_text("from .errors import InvoiceNumberTaken\n\nERROR = InvoiceNumberTaken\n")
        services = (invoices / "services.py").read_text()
        (invoices / "services.py").write_text(f"{services}\n\nfrom .storage import ERROR  # noqa: E402, F401\n")
        with pytest.raises(AssertionError):
            clone.run(*TACH)

        clone.run("python", "-m", "app", "import-rules")

        for gate in (RULES, MODULE_RULES, TACH):
            clone.run(*gate)

    def test_of_another_version_take_no_line_by_hand(self, clone: Clone) -> None:
        """It has other routes and schemas, and the same service, as docs/api-versions.md describes it."""
        invoices = clone.folder / MODULES / "invoices"
        (invoices / "schemas_v2.py").write_text("from .schemas import InvoiceRead as InvoiceReadV2\n")
        (invoices / "routes_v2.py").write_text(
            "from fastapi import APIRouter\n\nfrom .schemas_v2 import InvoiceReadV2\n"
            "from .services import InvoiceService\n"
        )
        module = (invoices / "module.py").read_text()
        (invoices / "module.py").write_text(f"{module}\n\nfrom .routes_v2 import APIRouter  # noqa: E402, F401\n")

        clone.run("python", "-m", "app", "import-rules")

        for gate in (RULES, MODULE_RULES, IMPORTS, TACH):
            clone.run(*gate)


def put(violation: Violation, clone: Clone) -> range:
    """Change the file, and return the numbers of the lines that a violation adds."""
    file = clone.folder / violation.file
    if not violation.code:
        file.unlink()
        return range(0)
    text = file.read_text() if file.exists() else ""
    assert violation.instead_of in text
    if violation.instead_of:
        file.write_text(text.replace(violation.instead_of, violation.code, 1))
        return range(0)
    file.write_text(f"{text}{violation.code}\n")
    return range(text.count("\n") + 1, f"{text}{violation.code}".count("\n") + 2)
