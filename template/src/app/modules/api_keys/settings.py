from pydantic import Field
from pydantic_settings import SettingsConfigDict

from app.config import ModuleSettings


class ApiKeySettings(ModuleSettings):
    model_config = SettingsConfigDict(env_prefix="APP_API_KEYS_")

    max_keys: int = Field(
        default=100,
        ge=1,
        description="API keys that a tenant may have, also expired ones: 100.",
    )
