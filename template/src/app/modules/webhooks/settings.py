from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode, SettingsConfigDict

from app.config import ModuleSettings


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_split)]


class WebhookSettings(ModuleSettings):
    model_config = SettingsConfigDict(env_prefix="APP_WEBHOOKS_")

    timeout_seconds: float = Field(
        default=15, gt=0, le=60, description="Seconds that an endpoint has to answer: up to 60."
    )
    max_endpoints: int = Field(
        default=20, ge=1, description="Endpoints that a tenant may have: 20."
    )
    disable_after_days: float = Field(
        default=5, gt=0, description="Days after which an endpoint that only fails is disabled."
    )
    kept_days: int = Field(default=30, ge=1, description="Days that deliveries are kept.")
    private_networks: Networks = Field(
        default=(),
        description="For development and tests: networks that are not public and may yet be sent"
        " to, with commas between them: 127.0.0.0/8.",
    )
