from enum import StrEnum


class TenantPermission(StrEnum):
    READ = "tenants:read"
    CHANGE = "tenants:change"
    DELETE = "tenants:delete"


class MemberPermission(StrEnum):
    READ = "members:read"
    INVITE = "members:invite"
    CHANGE = "members:change"
    REMOVE = "members:remove"


class RolePermission(StrEnum):
    READ = "roles:read"
    CREATE = "roles:create"
    CHANGE = "roles:change"
    DELETE = "roles:delete"
