from enum import StrEnum


class UserPermission(StrEnum):
    READ = "users:read"
