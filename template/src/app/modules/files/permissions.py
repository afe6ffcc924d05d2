from enum import StrEnum


class FilePermission(StrEnum):
    READ = "files:read"
    CREATE = "files:create"
    DELETE = "files:delete"
