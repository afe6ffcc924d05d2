"""Permissions `subject:action` declared by modules, and the roles that have them."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

PUBLIC = "public"
SIGNED_IN = "signed-in"
SUPERUSER = "superuser"


class Role(StrEnum):
    """The built-in roles of a tenant's members, lowest first."""

    VIEWER = "viewer"
    MEMBER = "member"
    ADMIN = "admin"
    OWNER = "owner"

    def covers(self, least: "Role") -> bool:
        order = list(Role)
        return order.index(self) >= order.index(least)


class PermissionRegistry:
    """All modules' permissions, with a dictionary lookup by role."""

    def __init__(self, declared: Iterable[Mapping[str, Role]]) -> None:
        self.least: dict[str, Role] = {}
        for permissions in declared:
            self._declare(permissions)
        self._of = {role.value: self._covered_by(role) for role in Role}

    def of(self, role: str | None) -> frozenset[str]:
        return self._of.get(role or "", frozenset())

    def known(self, names: Iterable[str]) -> frozenset[str]:
        """Return the names that a module still declares; others grant nothing."""
        return frozenset(names) & self.least.keys()

    def _declare(self, permissions: Mapping[str, Role]) -> None:
        for name, least in permissions.items():
            if name in self.least:
                raise ValueError(f"two modules declare the permission {name}")
            self.least[str(name)] = least

    def _covered_by(self, role: Role) -> frozenset[str]:
        return frozenset(name for name, least in self.least.items() if role.covers(least))


def permission(name: str) -> Callable[[Endpoint], Endpoint]:
    """Mark a route with the permission that its service requires.

    The mark alone refuses no request: `work.require` does, and TransactionMiddleware stops a
    response for which it was not called.
    """

    def mark(endpoint: Endpoint) -> Endpoint:
        vars(endpoint)["__guard__"] = str(name)
        return endpoint

    return mark


public = permission(PUBLIC)
signed_in = permission(SIGNED_IN)
superuser = permission(SUPERUSER)


def ends_support(endpoint: Endpoint) -> Endpoint:
    """Mark the one kind of route that a read-only support session may write with: its end."""
    vars(endpoint)["__ends_support__"] = True
    return endpoint


def may_end_support(endpoint: object) -> bool:
    return getattr(endpoint, "__ends_support__", False) is True


def guard_of(endpoint: object) -> str | None:
    return getattr(endpoint, "__guard__", None)
