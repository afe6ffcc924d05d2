"""All settings, from the environment and `.env`."""

from secrets import token_urlsafe
from typing import Any

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from ._files import SettingsInFiles
from ._groups import (
    AuthSettings,
    CacheSettings,
    CsvSettings,
    DatabaseSettings,
    HttpSettings,
    LimitSettings,
    LogSettings,
    MailSettings,
    OidcSettings,
    OpenApiSettings,
    TelemetrySettings,
)
from ._project import project_name
from ._types import Environment, PublicUrl


class Settings(SettingsInFiles):
    """All settings: `APP_DATABASE_OWNER_URL` is `database.owner_url`."""

    model_config = SettingsConfigDict(
        env_prefix="APP_",
        env_nested_delimiter="_",
        env_nested_max_split=1,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    name: str = Field(
        default_factory=project_name,
        description="What people call it: in the documentation, in e-mails, in an authenticator.",
    )
    environment: Environment = Field(
        default="development", description="development, test or production."
    )
    secret_key: SecretStr = Field(
        default_factory=lambda: SecretStr(token_urlsafe(48)),
        description="Signs tokens. Make one with: openssl rand -base64 48",
    )
    public_url: PublicUrl = Field(
        default="http://localhost:8000",
        description="Where clients reach the app, for links: https://api.example.com.",
    )
    fast_paths: bool = Field(
        default=True,
        description="false turns every fast path off, for comparison; docs/performance.md.",
    )
    database: DatabaseSettings = Field(default_factory=DatabaseSettings)
    auth: AuthSettings = Field(default_factory=AuthSettings)
    oidc: OidcSettings = Field(default_factory=OidcSettings)
    mail: MailSettings = Field(default_factory=MailSettings)
    cache: CacheSettings = Field(default_factory=CacheSettings)
    limits: LimitSettings = Field(default_factory=LimitSettings)
    log: LogSettings = Field(default_factory=LogSettings)
    openapi: OpenApiSettings = Field(default_factory=OpenApiSettings)
    http: HttpSettings = Field(default_factory=HttpSettings)
    csv: CsvSettings = Field(default_factory=CsvSettings)
    telemetry: TelemetrySettings = Field(default_factory=TelemetrySettings)

    @property
    def secrets(self) -> list[str]:
        """Return the secret key, and after it those that it has replaced."""
        keys = (self.secret_key, *self.auth.previous_secrets)
        return [key.get_secret_value() for key in keys]

    def with_secret(self, secret: str) -> "Settings":
        """Return a copy with another secret."""
        return self.model_copy(update={"secret_key": SecretStr(secret)})

    @property
    def in_production(self) -> bool:
        return self.environment == "production"

    @property
    def pages_url(self) -> str:
        """The front end's URL; it serves /confirm-email, /reset-password and /accept-invitation."""
        return self.auth.pages_url or self.public_url

    def with_database(self, *, url: str, owner_url: str, admin_url: str) -> "Settings":
        """Return a copy with another database: the embedded one, or a test's own."""
        urls: dict[str, Any] = {"url": url, "owner_url": owner_url, "admin_url": admin_url}
        database = DatabaseSettings.model_validate({**self.database.model_dump(), **urls})
        return self.model_copy(update={"database": database})
