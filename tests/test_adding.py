"""`make module` adds a module to a project that a client has edited, and touches nothing else."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp

import copier
import pytest

from template.standard.module import extended
from tests.clone import Clone
from tests.test_ownership import OPTIONS, answers, changes, commit
from tools.snapshot import GIT_ENVIRONMENT, VERSION, commit_all, git

pytestmark = pytest.mark.slow

COPIER = str(Path(sys.executable).parent / "copier")
CONTRACTS = "contracts: {fields: {title: str(80) unique, worth: decimal(9, 2)?, client: ref clients}}"
SAILS = {"fields": {"boat": "ref boats"}}
DESCRIBED = {"clients": {"fields": {"name": "str", "email": "email?"}}, "people": None}


@pytest.fixture(scope="module")
def begun(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = tmp_path_factory.mktemp("begun")
    data = {"custom_modules": DESCRIBED}
    copier.run_copy(str(template), project, data=data, vcs_ref=VERSION, **OPTIONS)
    commit_all(project)
    return project


@pytest.fixture
def client(begun: Path, tmp_path: Path) -> Path:
    """A project that a client has edited."""
    project = tmp_path / "client"
    shutil.copytree(begun, project)
    for name in ("src/app/modules/clients/services.py", "README.md", "src/app/kit/clock.py", "src/app/seeds.py"):
        file = project / name
        file.write_text(file.read_text() + "\n# Mine.\n")
    (project / "src/app/modules/clients/routes.py").unlink()
    (project / "src/app/modules/own").mkdir()
    (project / "src/app/modules/own/module.txt").write_text("Mine.\n")
    commit(project)
    return project


def add(project: Path, description: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Add or change a module as the Makefile does, but with the installed Copier."""
    environment = {**os.environ, **GIT_ENVIRONMENT, "MODULE": description}
    command = [sys.executable, "-m", "standard.module", "--copier", COPIER, *options]
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


class TestModule:
    @pytest.mark.parametrize("description", ["contracts", CONTRACTS], ids=["by name", "by description"])
    def test_is_added_and_nothing_else(self, client: Path, description: str) -> None:
        before = answers(client)

        done = add(client, description)

        assert done.returncode == 0, done.stderr
        folder = "src/app/modules/contracts/"
        added = {name for name in changes(client) if name.startswith(folder)}
        assert changes(client) - added == {".copier-answers.yml"}
        assert {f"{folder}models.py", f"{folder}tests/factory.py"} <= added
        assert (f"{folder}errors.py" in added) == (description == CONTRACTS)
        changed = answers(client)
        assert {**changed, "custom_modules": before["custom_modules"]} == before

    def test_has_the_name_that_was_given_if_it_is_no_english_noun(self, client: Path) -> None:
        done = add(client, "rechnungen")

        assert done.returncode == 0, done.stderr
        assert (client / "src/app/modules/rechnungen/models.py").exists()
        assert answers(client)["custom_modules"] == {**DESCRIBED, "rechnungen": {"plural": "rechnungen"}}

    def test_comes_from_a_file_after_another(self, client: Path, tmp_path: Path) -> None:
        add(client, "boats")
        commit(client)
        (tmp_path / "sails.yml").write_text("sails:\n  fields:\n    boat: ref boats\n")

        done = add(client, str(tmp_path / "sails.yml"))

        assert done.returncode == 0, done.stderr
        model = (client / "src/app/modules/sails/models.py").read_text()
        assert "tenant_foreign_key(" in model
        assert '"boats"' in model
        assert not [name for name in changes(client) if "/boats/" in name]


CHANGED = "clients: {fields: {name: str(200), email: email? index, vat: int = 19, since: date?}}"


class TestChange:
    """The client's fixture has an edit in services.py, and no routes.py."""

    def test_is_merged_into_edited_files(self, client: Path) -> None:
        done = add(client, CHANGED)

        assert done.returncode == 0, done.stderr
        folder = client / "src/app/modules/clients"
        services = (folder / "services.py").read_text(encoding="utf-8")
        assert services.count("# Mine.") == 1
        assert "vat: int = 19," in services
        assert not (folder / "routes.py").exists()
        assert "routes.py: you have removed or renamed it, and the new description has changed it since" in done.stderr
        assert [file.name for file in folder.glob("migrations/s0002*")] == ["s0002_change_4_fields.py"]
        fields = {"name": "str(200)", "email": "email? index", "vat": "int = 19", "since": "date?"}
        assert answers(client)["custom_modules"] == {**DESCRIBED, "clients": {"fields": fields}}
        others = {name for name in changes(client) if "/modules/clients/" not in name}
        assert others == {".copier-answers.yml"}

    def test_is_shown_and_ends_with_a_list_of_conflicts(self, client: Path) -> None:
        models = client / "src/app/modules/clients/models.py"
        text = models.read_text(encoding="utf-8").replace("sa.String(255)", "sa.String(150)  # Mine.")
        models.write_text(text, encoding="utf-8")
        commit(client)

        shown = add(client, CHANGED, "--dry-run")
        left = changes(client)
        done = add(client, CHANGED)

        assert left == set()
        assert shown.returncode == done.returncode == 1
        assert "clients.vat: new, int = 19; rows that are there get 19" in shown.stderr
        assert "?? src/app/modules/clients/migrations/s0002_change_4_fields.py" in shown.stdout
        assert "Conflict: src/app/modules/clients/models.py" in shown.stdout
        assert "Not merged, because only you can know what should be there" in done.stderr
        assert "src/app/modules/clients/models.py: you and the new description have changed" in done.stderr
        merged = models.read_text(encoding="utf-8")
        assert "sa.String(150)  # Mine." in merged
        assert "sa.String(200)" in merged
        assert "UU src/app/modules/clients/models.py" in git(client, "status", "--porcelain")


class TestMake:
    def test_adds_the_module_at_the_head_of_the_clients_chain(self, begun: Path, workshop: Path) -> None:
        clone = cloned(begun, workshop)
        clone.run("python", "-m", "app", "migrate")
        clone.run("python", "-m", "app", "migration", "--message", "mine")
        commit(clone.folder)
        (head,) = re.findall(r"^(\w+) \(head\)$", clone.run("alembic", "heads"), re.M)

        said = make(clone, f"m={CONTRACTS}")

        assert "Added src/app/modules/contracts: all yours from now on" in said
        adopted = clone.folder / "migrations/versions/contracts_s0001_create.py"
        assert f'down_revision = "{head}"' in adopted.read_text()
        assert {name for name in changes(clone.folder) if "/contracts/" not in name} == {
            ".copier-answers.yml",
            "migrations/versions/contracts_s0001_create.py",
        }
        clone.run("alembic", "upgrade", "head")
        assert "No new upgrade operations detected" in clone.run("alembic", "check")
        clone.run("pytest", "--quiet", "src/app/modules/contracts")


def cloned(project: Path, workshop: Path) -> Clone:
    folder = Path(mkdtemp(prefix="adding-", dir=workshop)) / "project"
    git(workshop, "clone", "--quiet", str(project), str(folder))
    return Clone(folder)


def make(clone: Clone, described: str, *, ends: int = 0) -> str:
    """Run the Makefile's own target, with the clone's environment and the installed Copier."""
    here = {"UV": shutil.which(os.environ.get("UV", "uv")), "RUN": f"env PYTHONPATH=src {clone.commands / 'python'} -m"}
    given = [f"{name}={value}" for name, value in here.items()]
    command = ["make", "module", described, f"copier={COPIER}", *given]
    done = subprocess.run(command, cwd=clone.folder, env=GIT_ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == ends, done.stdout + done.stderr
    return done.stdout


class TestRefusal:
    @pytest.mark.parametrize(
        ("description", "sentence"),
        [
            ("", "Say which module: make module m=contracts"),
            ("clients", "There is a module clients already. To change it, say which fields it gets"),
            ("class", "custom_modules: 'class' is a word of Python itself"),
            ("boats: {fields: {skipper: ref captains}}", "boats.skipper: there is no module 'captains' to refer to"),
            ("boats: {fields: {weight: decimal(3}}", "boats.weight: 'decimal(3' has a bracket that is not closed"),
            ("boats: {", "This cannot be read, line 1, column 9: a bracket or a quote is not closed: close it"),
            ("boats: {fields: {name: str, name: int}}", "column 29: 'name' is written twice: leave one out"),
            ("boats sails", "'boats sails' are 2 words: write boats, sails for modules, or boats_sails for one"),
            ("clients/clientes", "There is a module clients/clientes already"),
            ("clients: {fields: {age: int}}", "clients.age: rows that are there need a value: write backfill VALUE"),
            ("people/persons: {fields: {age: int?}}", "'people/persons' and 'people' are the same module"),
            ("custom_modules: {boats: }", "Leave custom_modules out, and begin with the module's name"),
            ("boats: {field: {name: str}}", "'boats' says 'field', which means nothing here: write 'fields'"),
            ("nowhere.yml", "nowhere.yml cannot be read: No such file or directory"),
        ],
    )
    def test_is_a_sentence_and_changes_nothing(self, client: Path, description: str, sentence: str) -> None:
        done = add(client, description)

        assert done.returncode == 2
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr
        assert changes(client) == set()

    def test_of_a_dirty_tree(self, client: Path) -> None:
        (client / "README.md").write_text("Mine, and not committed.\n")

        done = add(client, "boats")

        assert done.returncode == 2
        assert "There is work here that is not committed" in done.stderr
        assert changes(client) == {"README.md"}


class TestExtended:
    """The stored answer keeps its form if that form can express the new module."""

    @pytest.mark.parametrize(
        ("stored", "expected"),
        [
            (None, {"sails": None}),
            ("", "sails"),
            ("boats, status/statuses", "boats, status/statuses, sails"),
            (["boats", {"status": {"plural": "statuses"}}], ["boats", {"status": {"plural": "statuses"}}, "sails"]),
            ({"boats": None}, {"boats": None, "sails": None}),
        ],
    )
    def test_by_a_name(self, stored: object, expected: object) -> None:
        assert extended(stored, {"sails": None}) == expected

    @pytest.mark.parametrize(
        ("stored", "expected"),
        [
            ("boats, status/statuses", {"boats": None, "status/statuses": None, "sails": SAILS}),
            (["boats"], ["boats", {"sails": SAILS}]),
            ({"boats": None}, {"boats": None, "sails": SAILS}),
        ],
    )
    def test_by_a_description(self, stored: object, expected: object) -> None:
        assert extended(stored, {"sails": SAILS}) == expected
