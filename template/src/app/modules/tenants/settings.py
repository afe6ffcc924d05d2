from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode, SettingsConfigDict

from app.config import ModuleSettings


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("it should be a time zone of the IANA database")
    return name


Tag = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Texts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]


class TenantSettings(ModuleSettings):
    """Defaults of a new tenant, and the values that it may choose."""

    model_config = SettingsConfigDict(env_prefix="APP_TENANTS_")

    languages: Annotated[tuple[Tag, ...], NoDecode, BeforeValidator(_split)] = Field(
        default=("en", "de", "fr", "es", "it"),
        min_length=1,
        description="The languages that a tenant may choose, the first for a new one: en,de,pt-BR.",
    )
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="UTC", description="The time zone of a new tenant: Europe/Berlin."
    )
    currency: str = Field(
        default="EUR", pattern="^[A-Z]{3}$", description="The currency of a new tenant: CHF."
    )
    creation: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="Whether people with an account may create another tenant: on, off, or auto,"
        " which is on where APP_AUTH_REGISTRATION is open.",
    )
    max_roles: int = Field(
        default=100, ge=1, description="Roles that a tenant may add to the four built-in ones: 100."
    )
    reserved_slugs: Texts = Field(
        default=(), description="Slugs that no tenant may have, besides the usual ones: jobs,eu."
    )
