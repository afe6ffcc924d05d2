"""Every route of a described module, with any fields, takes the fast path."""

from collections.abc import Callable

from tests.clone import Clone

SLOW_ROUTES = """
from app.config import load_settings
from app.main import create_app

routes = create_app(load_settings()).router.routes
ours = [each for each in routes if getattr(each, "path", "").startswith(("/api/v1/assets", "/api/v1/invoices"))]
print(len(ours), [(each.path, each.methods) for each in ours if not each.is_fast])
"""


class TestRoutes:
    def test_are_fast(self, clone_of: Callable[[str], Clone]) -> None:
        assert clone_of("fields").run("python", "-c", SLOW_ROUTES).splitlines()[-1] == "15 []"
