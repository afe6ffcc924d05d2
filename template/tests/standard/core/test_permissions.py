import pytest

from app.core.permissions import PermissionRegistry, Role, guard_of, permission, public


class TestRegistry:
    def test_gives_each_role_what_it_covers(self) -> None:
        registry = PermissionRegistry([{"a:read": Role.VIEWER}, {"a:delete": Role.OWNER}])

        assert registry.of("viewer") == {"a:read"}
        assert registry.of("owner") == {"a:read", "a:delete"}

    def test_gives_nothing_to_a_role_it_does_not_know(self) -> None:
        registry = PermissionRegistry([{"a:read": Role.VIEWER}])

        assert registry.of("emperor") == registry.of(None) == frozenset()

    def test_refuses_a_permission_twice(self) -> None:
        with pytest.raises(ValueError, match="a:read"):
            PermissionRegistry([{"a:read": Role.VIEWER}, {"a:read": Role.OWNER}])


class TestGuard:
    def test_is_what_the_route_declares(self) -> None:
        @permission("a:read")
        def guarded() -> None: ...

        @public
        def open_to_all() -> None: ...

        def forgotten() -> None: ...

        assert guard_of(guarded) == "a:read"
        assert guard_of(open_to_all) == "public"
        assert guard_of(forgotten) is None
