from enum import StrEnum


class ApiKeyPermission(StrEnum):
    READ = "api_keys:read"
    CREATE = "api_keys:create"
    REVOKE = "api_keys:revoke"
