"""Northwind, Chinook and Sakila are described in full, and what is made of them passes its own checks."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from extensions.modules.answer import read
from extensions.modules.fields import modules_of
from extensions.modules.validation import modules_problems
from tests.clone import Clone
from tests.conftest import Render
from tests.real_models import REAL_MODELS

WHOLE, SPARED = "REAL_MODELS" in os.environ, "make real-models runs it"


@pytest.fixture(scope="module", params=[pytest.param(n, marks=pytest.mark.xdist_group(n)) for n in REAL_MODELS])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def clone(name: str, render: Render, make_clone: Callable[[Path], Clone]) -> Clone:
    return make_clone(render(**REAL_MODELS[name]))


class TestDescriptions:
    @pytest.mark.parametrize("answers", REAL_MODELS.values(), ids=REAL_MODELS)
    def test_are_accepted_and_read_in_full(self, answers: dict[str, Any]) -> None:
        described = answers["custom_modules"]

        assert modules_problems(described, ready_made=answers["modules"]) == []
        for module, said in zip(modules_of(read(described)), described.values(), strict=True):
            lists = {link.name for link in module.links} | {many.name for many in module.many}
            names = {field.name for field in module.fields} | lists
            assert names == {*said["fields"]}


@pytest.mark.slow
@pytest.mark.skipif(not WHOLE, reason=SPARED)
class TestProject:
    def test_passes_its_static_checks(self, clone: Clone) -> None:
        clone.run("ruff", "check")
        clone.run("ruff", "format", "--check")
        clone.run("mypy")
        clone.run("tach", "check")

    def test_has_the_tables_that_its_models_describe(self, clone: Clone) -> None:
        clone.run("alembic", "upgrade", "head")

        assert "No new upgrade operations detected" in clone.run("alembic", "check")

    def test_passes_its_own_tests(self, clone: Clone) -> None:
        clone.run("pytest", "--quiet", "tests/architecture", "tests/isolation", "src/app/modules")
