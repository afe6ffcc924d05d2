"""Call every route of this project as a user of another tenant."""

from fastapi.routing import iter_route_contexts

from .arena import Arena
from .probes import probe_all, probe_idempotency
from .routes import API, find_routes


class TestRoutes:
    def test_are_all_found(self, arena: Arena) -> None:
        described = arena.app.openapi()["paths"]
        operations = {
            (method.upper(), path)
            for path, methods in described.items()
            if path.startswith(API)
            for method in methods
        }

        assert len(operations) > 20
        assert operations <= {(route.method, route.path) for route in find_routes(arena.app)}
        assert list(iter_route_contexts(arena.app.routes))

    async def test_tell_and_change_nothing_of_another_tenant(self, arena: Arena) -> None:
        findings = await probe_all(arena)

        assert not findings, "\n".join(findings)

    async def test_keep_idempotency_keys_apart(self, arena: Arena) -> None:
        findings = await probe_idempotency(arena)

        assert not findings, "\n".join(findings)
