"""A streaming replica of a server of a test, which the test may stop, pause and promote."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from app.config import Settings

from .own_server import OwnServer
from .processes import free_port
from .programs import Programs


class StreamingReplica(OwnServer):
    """A copy made by pg_basebackup, which follows its primary."""

    def __init__(self, primary: OwnServer, folder: Path, *, name: str) -> None:
        self.host, self.port = primary.host, free_port()
        programs = primary.programs
        folder.mkdir(mode=0o700)
        if programs.user:
            shutil.chown(folder, programs.user)
        source = f"host={primary.host} port={primary.port} user=postgres application_name={name}"
        Programs(folder, programs.bin, programs.user).run(
            "pg_basebackup", "-R", "-X", "stream", "-c", "fast", "-d", source
        )
        self.programs = Programs(folder, programs.bin, programs.user)
        self.options = primary.options.replace(str(primary.port), str(self.port))
        self.options = self.options.replace(str(programs.folder), str(folder))

    def pause(self) -> None:
        """Stop replaying what the primary sends."""
        with self.superuser() as connection:
            connection.execute("SELECT pg_wal_replay_pause()")

    def resume(self) -> None:
        with self.superuser() as connection:
            connection.execute("SELECT pg_wal_replay_resume()")

    def promote(self) -> None:
        with self.superuser() as connection:
            connection.execute("SELECT pg_promote(wait => true)")


@contextmanager
def replica_of(primary: OwnServer, *, name: str = "replica") -> Iterator[StreamingReplica]:
    """Start a replica, in a folder outside pytest's."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        replica = StreamingReplica(primary, Path(folder) / "replica", name=name)
        replica.start()
        try:
            yield replica
        finally:
            replica.stop("immediate")


def with_replica(settings: Settings, url: str, *, lag_seconds: float = 5) -> Settings:
    changed = {"replica_url": url, "replica_lag_seconds": lag_seconds}
    database = settings.database.model_copy(update=changed)
    return settings.model_copy(update={"database": database})
