"""Each test uses its own folder, or a real S3 server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from moto.server import ThreadedMotoServer
from pydantic import SecretStr

from app.core.runtime import Runtime

from ..settings import FileSettings
from ..storage import Storage, storage_of

KEYS = {"access_key": "test", "secret_key": SecretStr("test")}


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of an S3 server with the bucket `files`."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    httpx.put(f"{endpoint}/files").raise_for_status()
    yield endpoint
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def settings_of_files(request: pytest.FixtureRequest, tmp_path: Path) -> FileSettings:
    options: dict[str, Any] = {"folder": tmp_path, "_env_file": None, "max_bytes": 80_000_000}
    if request.param == "s3":
        options |= {**KEYS, "bucket": "files", "endpoint": request.getfixturevalue("s3")}
    return FileSettings(**options)


@pytest.fixture(autouse=True)
def storage(
    runtime: Runtime, settings_of_files: FileSettings, monkeypatch: pytest.MonkeyPatch
) -> Storage:
    settings: Any = runtime.module_settings
    monkeypatch.setitem(settings, FileSettings, settings_of_files)
    return storage_of(settings_of_files)
