from enum import StrEnum


class WebhookPermission(StrEnum):
    READ = "webhooks:read"
    MANAGE = "webhooks:manage"
