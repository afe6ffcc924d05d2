"""Call every route of this project as a user of another tenant."""

from fastapi.routing import iter_route_contexts

from .oracles import find_leaks, find_leaks_by_replay
from .routes import API, OWN_AND_EVERY, find_routes
from .two_tenants import TwoTenants


class TestRoutes:
    def test_are_all_found(self, two_tenants: TwoTenants) -> None:
        described = two_tenants.app.openapi()["paths"]
        operations = {
            (method.upper(), path)
            for path, methods in described.items()
            if path.startswith(API)
            for method in methods
        }

        assert len(operations) > 20
        assert operations <= {(route.method, route.path) for route in find_routes(two_tenants.app)}
        assert list(iter_route_contexts(two_tenants.app.routes))

    @OWN_AND_EVERY
    async def test_tell_and_change_nothing_of_another_tenant(
        self, two_tenants: TwoTenants, every: bool
    ) -> None:
        findings = await find_leaks(two_tenants, every=every)

        assert not findings, "\n".join(findings)

    @OWN_AND_EVERY
    async def test_keep_idempotency_keys_apart(self, two_tenants: TwoTenants, every: bool) -> None:
        findings = await find_leaks_by_replay(two_tenants, every=every)

        assert not findings, "\n".join(findings)
