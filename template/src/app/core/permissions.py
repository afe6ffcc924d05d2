"""Who may do what: names `subject:action` declared by modules, and the roles that have them."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

PUBLIC = "public"
SIGNED_IN = "signed-in"
SUPERUSER = "superuser"


class Role(StrEnum):
    """What a member of a tenant is, from the least to the most."""

    VIEWER = "viewer"
    MEMBER = "member"
    ADMIN = "admin"
    OWNER = "owner"

    def covers(self, least: "Role") -> bool:
        order = list(Role)
        return order.index(self) >= order.index(least)


class PermissionRegistry:
    """All permissions of all modules; answers what a role has with one look into a dictionary."""

    def __init__(self, declared: Iterable[Mapping[str, Role]]) -> None:
        self.least: dict[str, Role] = {}
        for permissions in declared:
            self._declare(permissions)
        self._of = {role.value: self._covered_by(role) for role in Role}

    def of(self, role: str | None) -> frozenset[str]:
        return self._of.get(role or "", frozenset())

    def known(self, names: Iterable[str]) -> frozenset[str]:
        """Those that some module declares: one that is gone gives nothing."""
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

    The mark itself refuses nobody: `work.require` does, and the unit of work's middleware stops
    an answer for which it was not called.
    """

    def mark(endpoint: Endpoint) -> Endpoint:
        vars(endpoint)["__guard__"] = str(name)
        return endpoint

    return mark


public = permission(PUBLIC)
signed_in = permission(SIGNED_IN)
superuser = permission(SUPERUSER)


def guard_of(endpoint: object) -> str | None:
    return getattr(endpoint, "__guard__", None)
