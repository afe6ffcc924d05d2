"""Files are uploaded and saved, where the module `files` was chosen."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Response

from app.core.permissions import Role
from app.core.runtime import Runtime
from tests.support.people import Person, add_member

from ..pages.resources import find_action
from .browser import Browser, Page

FILES = "/console/data/files"
TEXT = b"All is well. " * 40_000


@pytest.fixture(autouse=True)
def folder(app: FastAPI, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    if find_action(app, "POST", "files") is None:
        pytest.skip("this project has no files")
    settings: Any = runtime.module_settings
    [kind] = [each for each in settings if each.__name__ == "FileSettings"]
    own = settings[kind].model_copy(
        update={"folder": tmp_path, "bucket": None, "max_bytes": len(TEXT)}
    )
    monkeypatch.setitem(settings, kind, own)
    return tmp_path


async def send(browser: Browser, name: str, content: bytes, **options: Any) -> Response:
    return await browser.post(f"{FILES}/upload", files={"file": (name, content)}, **options)


def kept(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()]


class TestAFile:
    async def test_is_uploaded_in_pieces_and_saved(self, browser: Browser, owner: Person) -> None:
        await browser.log_in(owner)

        listed = await browser.get(FILES)
        answer = await send(browser, "Übersicht <1>.txt", TEXT)
        row = await browser.get(answer.headers["location"])
        [link] = [each for each in Page(row).links if each.endswith("/content")]

        assert f"{FILES}/upload" in Page(listed).links
        assert "Übersicht &lt;1&gt;.txt" in row.text
        assert (await browser.get(link)).content == TEXT

    @pytest.mark.parametrize(
        ("name", "content", "status"),
        [
            ("", b"", 422),
            ("a/b.txt", b"text", 422),
            ("page.html", b"<!doctype html><script>", 415),
            ("large.txt", TEXT + b".", 413),
        ],
    )
    async def test_is_refused_in_the_form(
        self, browser: Browser, owner: Person, folder: Path, name: str, content: bytes, status: int
    ) -> None:
        await browser.log_in(owner)
        body, kind = form(name, content)

        answer = await browser.post(f"{FILES}/upload", content=body, headers=kind)

        assert answer.status_code == status
        assert 'role="alert"' in answer.text
        assert "field-file" in answer.text
        assert kept(folder) == []

    @pytest.mark.parametrize("cut", [3, 60, 150])
    async def test_that_ends_too_early_is_not_kept(
        self, browser: Browser, owner: Person, folder: Path, cut: int
    ) -> None:
        await browser.log_in(owner)
        body, kind = form("report.txt", b"All is well, as far as it goes." * 3)

        async def pieces() -> AsyncIterator[bytes]:
            yield body[:-cut]

        answer = await browser.post(f"{FILES}/upload", content=pieces(), headers=kind)

        assert answer.status_code == 400
        assert kept(folder) == []

    async def test_is_the_only_field(self, browser: Browser, owner: Person, folder: Path) -> None:
        await browser.log_in(owner)

        other = await browser.post(f"{FILES}/upload", files={"other": ("a.txt", b"text")})
        more = await browser.post(
            f"{FILES}/upload", files=[("file", ("a.txt", b"a")), ("file", ("b.txt", b"b"))]
        )

        assert (other.status_code, more.status_code) == (400, 400)
        assert kept(folder) == []

    async def test_is_for_those_who_may_and_from_own_pages(
        self, browser: Browser, owner: Person, runtime: Runtime, folder: Path
    ) -> None:
        await browser.log_in(await add_member(runtime, owner, Role.VIEWER))

        listed = await browser.get(FILES)
        refused = await send(browser, "a.txt", b"text")
        foreign = await send(browser, "a.txt", b"text", headers={"Sec-Fetch-Site": "cross-site"})

        assert f"{FILES}/upload" not in Page(listed).links
        assert (refused.status_code, foreign.status_code) == (403, 403)
        assert kept(folder) == []


def form(name: str, content: bytes) -> tuple[bytes, dict[str, str]]:
    """Return a form as a browser sends it, also one in which no file was chosen."""
    head = f'Content-Disposition: form-data; name="file"; filename="{name}"'
    body = b"--x\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n--x--\r\n"
    return body, {"content-type": "multipart/form-data; boundary=x"}
