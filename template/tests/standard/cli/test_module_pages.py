from pathlib import Path

import pytest

from app.cli._module_pages import WRITTEN, outdated, pages, write
from app.core.module import find_modules


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return pages(find_modules())


class TestPages:
    def test_draw_who_uses_whom(self, written: dict[str, str]) -> None:
        overview = written["README.md"]

        assert "```mermaid\ngraph TD\n" in overview
        assert "    users --> tenants\n" in overview
        assert "    tenants --> users\n" not in overview

    def test_are_one_for_each_module(self, written: dict[str, str]) -> None:
        names = {f"{module.name}.md" for module in find_modules()}

        assert written.keys() == names | {"README.md"}

    @pytest.mark.parametrize(
        "line",
        [
            "- `TenantService`",
            "- `GET /api/v1/tenants/current`: tenants:read",
            "- `tenants:delete`: from owner on",
            "- `memberships`",
            "- `tenants`, of no tenant: is what the others belong to",
            "- `tenants.deleted`",
            "- users",
        ],
    )
    def test_tell_what_the_module_says(self, written: dict[str, str], line: str) -> None:
        assert f"\n{line}\n" in written["tenants.md"]


class TestOutdated:
    def test_is_what_is_missing_changed_or_gone(self, tmp_path: Path) -> None:
        fresh = {"a.md": f"{WRITTEN}\nA\n", "b.md": "B\n"}
        write(tmp_path, fresh)
        assert outdated(tmp_path, fresh) == []

        (tmp_path / "b.md").write_text("by hand\n", encoding="utf-8")
        (tmp_path / "gone.md").write_text("G\n", encoding="utf-8")
        (tmp_path / "a.md").unlink()

        assert outdated(tmp_path, fresh) == ["a.md", "b.md", "gone.md"]
        write(tmp_path, fresh)
        assert outdated(tmp_path, fresh) == []
