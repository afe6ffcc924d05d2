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
