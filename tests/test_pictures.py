"""The picture of two tenants' consoles that README and docs show: taken by this test.

WRITE_PICTURES=1 takes it anew; otherwise it is only looked at whether it can be taken, and has its size still.
"""

import os
import shutil
import socket
import struct
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.clone import Clone
from tools.snapshot import ROOT

PICTURE = ROOT / "template" / "docs" / "console.png"
SCRIPT = Path(__file__).with_name("pictures.py")
SHOWN_IN = {"README.md": "template/docs/console.png", "template/docs/console.md": "console.png"}
INVOICES = """
invoices:
  fields:
    number: str(20) unique
    subject: str(120)
    status: enum(draft, sent, paid) = draft
    due_on: date?
    total: decimal(12, 2)
"""
MOST_BYTES = 150_000
PATIENCE = 120


@pytest.fixture(scope="module")
def invoices(render: Callable[..., Path], make_clone: Callable[[Path], Clone]) -> Clone:
    return make_clone(render(custom_modules=INVOICES, project_name="Blue Harbour"))


@pytest.fixture
def url(invoices: Clone) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command: list[str | Path] = [invoices.commands / "app", "serve", "--port", str(port)]
    environment = invoices.environment | {"APP_PUBLIC_URL": address}
    with subprocess.Popen(command, cwd=invoices.folder, env=environment) as server:
        try:
            _wait_for(f"{address}/health/ready", server)
            invoices.run("app", "seed")
            yield address
        finally:
            server.terminate()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert server.poll() is None
        try:
            with urllib.request.urlopen(url, timeout=60):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"{url} does not answer")


def _size(picture: Path) -> tuple[int, ...]:
    """Return width and height, from the header of a PNG."""
    return struct.unpack(">II", picture.read_bytes()[16:24])


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("chromium"), reason="no Chromium here: apt-get install chromium")
class TestPicture:
    def test_of_two_consoles_shows_each_tenant_its_own_rows(self, invoices: Clone, url: str, tmp_path: Path) -> None:
        picture = tmp_path / PICTURE.name

        invoices.run("python", str(SCRIPT), url, str(picture))

        if os.environ.get("WRITE_PICTURES"):
            shutil.copyfile(picture, PICTURE)
        assert _size(picture) == _size(PICTURE)


class TestPages:
    def test_show_the_picture(self) -> None:
        for page, path in SHOWN_IN.items():
            assert f"]({path})" in (ROOT / page).read_text(encoding="utf-8"), page

    def test_load_it_quickly(self) -> None:
        assert PICTURE.stat().st_size < MOST_BYTES
