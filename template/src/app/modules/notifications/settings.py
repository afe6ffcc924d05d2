from pydantic import Field
from pydantic_settings import SettingsConfigDict

from app.config import ModuleSettings


class NotificationSettings(ModuleSettings):
    model_config = SettingsConfigDict(env_prefix="APP_NOTIFICATIONS_")

    max_preferences: int = Field(
        default=200, ge=1, description="Kinds of notifications that a user may set apart: 200."
    )
    kept_days: int = Field(
        default=90, ge=1, description="Days after which notifications are forgotten, read or not."
    )
