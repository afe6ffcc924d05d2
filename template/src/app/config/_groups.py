"""Each setting's type, default, and the description printed at start if its value is wrong."""

from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from ._project import api_facts
from ._rates import Rate
from ._types import (
    CollectorUrl,
    Documents,
    EmailDomains,
    LogFormat,
    LogLevel,
    MailSecurity,
    Origins,
    PostgresUrl,
    PublicUrl,
    RateText,
    RedisUrl,
    Registration,
    ReplicaUrl,
    Secrets,
)


class Group(BaseModel):
    model_config = ConfigDict(frozen=True)


class DatabaseSettings(Group):
    """Development and tests start an embedded PostgreSQL if there is no URL."""

    url: PostgresUrl | None = Field(
        default=None,
        repr=False,
        description="The role app_rw, which serves: postgresql://app_rw:password@host:5432/name.",
    )
    owner_url: PostgresUrl | None = Field(
        default=None,
        repr=False,
        description="The role app_owner, which migrates: postgresql://app_owner:password@host/name.",
    )
    admin_url: PostgresUrl | None = Field(
        default=None,
        repr=False,
        description="The role app_admin, for work across tenants: postgresql://app_admin:password@host/name.",
    )
    backup_url: PostgresUrl | None = Field(
        default=None,
        repr=False,
        description="A role that reads all rows, for app backup: postgresql://backup:password@host/name.",
    )
    replica_url: ReplicaUrl | None = Field(
        default=None,
        repr=False,
        description="A read replica, as app_rw: postgresql://app_rw:password@replica:5432/name.",
    )
    replica_lag_seconds: float = Field(
        default=5,
        gt=0,
        le=600,
        description="Seconds that the replica may lag behind; beyond, the primary is read.",
    )
    pool_size: int = Field(default=5, ge=1, description="Connections that each process keeps open.")
    pool_overflow: int = Field(
        default=10, ge=0, description="Connections that each process may open beyond the pool."
    )
    statement_timeout_seconds: float = Field(
        default=30, ge=0.01, description="Seconds after which PostgreSQL ends a statement."
    )
    pool_timeout_seconds: float = Field(
        default=3,
        gt=0,
        description="Seconds that a request waits for a connection of the pool; then it is a 503.",
    )
    pgbouncer: bool | Literal["prepared"] = Field(
        default=False,
        description="true if the URLs lead to PgBouncer in transaction mode; prepared if it keeps"
        " prepared statements (from 1.21 on, max_prepared_statements).",
    )
    citus: bool = Field(
        default=False, description="true if the URLs lead to the coordinator of a Citus cluster."
    )


class AuthSettings(Group):
    access_minutes: int = Field(
        default=10, ge=1, le=10, description="Minutes an access token lives: 1 to 10."
    )
    refresh_days: int = Field(
        default=30, ge=1, le=365, description="Days after which one logs in again."
    )
    sessions_per_user: int = Field(
        default=50,
        ge=1,
        le=1000,
        description="Log-ins that a person may have open; one more ends the oldest of them.",
    )
    pages_url: PublicUrl | None = Field(
        default=None,
        description="Where the links in e-mails lead: https://app.example.com. Without it, to"
        " APP_PUBLIC_URL.",
    )
    registration: Registration = Field(
        default="open",
        description="Who may register: open, invited, or domains, for people with an e-mail address"
        " of APP_AUTH_REGISTRATION_DOMAINS. Invitations work in each.",
    )
    registration_domains: EmailDomains = Field(
        default=(),
        validate_default=True,
        description="The domains of e-mail addresses that may register: example.com,example.org.",
    )
    browser_origins: Origins = Field(
        default=(),
        description="Origins besides APP_PUBLIC_URL whose pages may call, also with cookies;"
        " with commas between them: https://app.example.com.",
    )
    previous_secrets: Secrets = Field(
        default=(),
        repr=False,
        description="What APP_SECRET_KEY was before, with commas between: still read, never used.",
    )
    revocation_seconds: float = Field(
        default=5,
        ge=0,
        le=60,
        description="Seconds in which a revocation is known everywhere even when announcements"
        " are lost, 0 to 60; 0 asks the database at each request.",
    )

    @field_validator("registration_domains")
    @classmethod
    def _are_needed(cls, domains: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if info.data.get("registration") == "domains" and not domains:
            raise ValueError("it should name a domain, since APP_AUTH_REGISTRATION is domains")
        return domains


class CacheSettings(Group):
    """Each process has its own cache and counts requests separately if there is no URL."""

    url: RedisUrl | None = Field(
        default=None,
        repr=False,
        description="Redis or Valkey, for the cache and for rate limits: redis://:password@host:6379/0.",
    )
    timeout_seconds: float = Field(
        default=0.25, gt=0, description="Seconds after which Redis counts as out of reach."
    )
    memory_megabytes: int = Field(
        default=32, ge=1, description="The most that the cache of one process holds in memory."
    )
    memory_seconds: float = Field(
        default=30,
        gt=0,
        description="The longest life of an entry in memory, where other processes cannot drop it.",
    )


class OidcProvider(Group):
    """An OpenID Connect provider: Google, Microsoft, or any other issuer."""

    issuer: PublicUrl
    client_id: str
    client_secret: SecretStr


class OidcSettings(Group):
    providers: dict[str, OidcProvider] = Field(
        default_factory=dict,
        description="Log-in with other accounts, as JSON by name:"
        ' {"acme": {"issuer": "https://…", "client_id": "…", "client_secret": "…"}}.',
    )


class MailSettings(Group):
    """Development writes e-mails to .data/mail if there is no host."""

    host: str | None = Field(default=None, description="The mail server: smtp.example.com.")
    port: int = Field(default=587, ge=1, le=65535, description="The mail server's port.")
    security: MailSecurity = Field(
        default="starttls", description="starttls (port 587), tls (port 465) or none."
    )
    username: str | None = Field(default=None, description="For the mail server's log-in.")
    password: SecretStr | None = Field(default=None, description="For the mail server's log-in.")
    sender: str = Field(
        default="no-reply@localhost", description="The sender: Acme <no-reply@example.com>."
    )
    timeout_seconds: float = Field(
        default=20, gt=0, description="Seconds to wait for the mail server."
    )


class LimitSettings(Group):
    """Rate limits such as 600/minute (second, minute, hour or day), or off."""

    person: RateText = Field(
        default=None, description="For each person in each tenant: 600/minute."
    )
    tenant: RateText = Field(
        default=None, description="For all people of a tenant together: 6000/minute."
    )
    address: RateText = Field(
        default=None, description="For each address, of those who are not logged in: 120/minute."
    )
    visitor: RateText = Field(
        default=Rate(300, 60),
        description="For each address and tenant, on pages for which nobody logs in: 300/minute.",
    )
    login: RateText = Field(
        default=Rate(20, 60),
        description="For each address, and each person, on the routes that try passwords, codes"
        " or tokens: 20/minute.",
    )
    account: RateText = Field(
        default=Rate(30, 3600),
        description="Wrong passwords for each account, wherever they come from: 30/hour.",
    )
    mail_recipient: RateText = Field(
        default=Rate(20, 3600),
        description="E-mails of one kind to one address that anybody may ask for: 20/hour.",
    )
    mail_tenant: RateText = Field(
        default=Rate(300, 3600),
        description="E-mails that the people of one tenant may ask for: 300/hour.",
    )


class LogSettings(Group):
    level: LogLevel = Field(default="INFO", description="The least severe line that is written.")
    format: LogFormat = Field(
        default="auto",
        description="json or console; auto is json in production and console elsewhere.",
    )


class HttpSettings(Group):
    max_body_bytes: int = Field(
        default=2 * 1024 * 1024,
        ge=1024,
        description="The largest request body that is read, in bytes.",
    )
    timeout_seconds: float = Field(
        default=30, gt=0, description="Seconds after which a request is given up."
    )
    documents: Documents = Field(
        default="auto",
        description="Whether /docs, /redoc and /openapi.json answer: on, off, or auto, which is off"
        " in production and on elsewhere.",
    )
    max_json_values: int = Field(
        default=20_000, ge=100, description="The most values that a JSON body may hold."
    )
    max_head_bytes: int = Field(
        default=64 * 1024,
        ge=4096,
        description="The largest head of a request that is read, in bytes: its headers together.",
    )
    head_seconds: float = Field(
        default=10, gt=0, description="Seconds in which the head of a request must arrive."
    )
    max_connections: int = Field(
        default=1000, ge=1, description="Connections that each process keeps open with clients."
    )
    max_connections_per_client: int = Field(
        default=500,
        ge=1,
        description="Those of one address, unless FORWARDED_ALLOW_IPS names it as a proxy.",
    )
    drain_seconds: float = Field(
        default=5,
        ge=0,
        description="Seconds after SIGTERM in which new requests are still answered, while"
        " /health/ready says 503; none in development.",
    )
    shutdown_seconds: int = Field(
        default=20, ge=0, description="Seconds that running requests have to end at a shutdown."
    )

    def shows_documents(self, *, in_production: bool) -> bool:
        return self.documents == "on" or (self.documents == "auto" and not in_production)


class CsvSettings(Group):
    max_bytes: int = Field(
        default=10 * 1024 * 1024, ge=1024, description="The largest CSV file to import, in bytes."
    )
    max_rows: int = Field(default=20_000, ge=1, description="The most rows of a CSV file.")
    rows_at_once: int = Field(
        default=500, ge=0, description="Rows of a CSV file beyond which a job imports it."
    )
    upload_seconds: float = Field(
        default=120, gt=0, description="Seconds that the upload of a CSV file may take."
    )
    waiting_per_tenant: int = Field(
        default=5, ge=1, description="Files of each tenant that may wait for a job to import them."
    )


def _fact(name: str, otherwise: Any = "") -> Callable[[], Any]:
    return lambda: api_facts().get(name, otherwise)


class OpenApiSettings(Group):
    """Metadata of the API in the OpenAPI document. The defaults come from pyproject.toml."""

    version: str = Field(
        default_factory=_fact("version"), description="The version of the API: 1.4.0."
    )
    description: str = Field(
        default_factory=_fact("description"), description="What the API is for, as Markdown."
    )
    contact_name: str = Field(
        default_factory=_fact("contact_name"), description="Whom users of the API ask."
    )
    contact_email: str = Field(
        default_factory=_fact("contact_email"), description="The contact's e-mail address."
    )
    contact_url: PublicUrl | None = Field(
        default_factory=_fact("contact_url", None),
        description="The contact's page: https://example.com/support.",
    )
    license: str = Field(
        default_factory=_fact("license"), description="The SPDX identifier of the license: MIT."
    )
    servers: Origins = Field(
        default_factory=lambda: tuple(api_facts().get("servers", ())),
        description="Where the API is served, with commas between: https://api.example.com. Without"
        " it, APP_PUBLIC_URL.",
    )


class TelemetrySettings(Group):
    """Telemetry. Each part is off without its setting, and needs the extra `observation`.

    Errors need the extra `sentry` instead.
    """

    traces_url: CollectorUrl | None = Field(
        default=None,
        description="Where traces go, as OTLP over HTTP: http://localhost:4318/v1/traces.",
    )
    traces_ratio: float = Field(
        default=1, ge=0, le=1, description="The share of new traces that is sent, 0 to 1."
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Opens /metrics as a bearer token of 16 characters or more.",
    )
    errors_dsn: SecretStr | None = Field(
        default=None,
        description="Where errors go, as a DSN of Sentry: https://key@errors.example.com/1.",
    )
