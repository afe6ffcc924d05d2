from enum import StrEnum


class OrderPermission(StrEnum):
    READ = "orders:read"
    CREATE = "orders:create"
    CHANGE = "orders:change"
    DELETE = "orders:delete"
