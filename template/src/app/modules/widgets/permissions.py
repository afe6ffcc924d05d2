from enum import StrEnum


class WidgetPermission(StrEnum):
    READ = "widgets:read"
    CREATE = "widgets:create"
    CHANGE = "widgets:change"
    DELETE = "widgets:delete"
