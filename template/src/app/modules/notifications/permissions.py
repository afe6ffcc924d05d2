from enum import StrEnum


class NotificationPermission(StrEnum):
    READ = "notifications:read"
