"""Settings, read once by the composition roots. Inner code receives values."""

from ._files import read_file
from ._groups import (
    AuthSettings,
    CacheSettings,
    CsvSettings,
    DatabaseSettings,
    HttpSettings,
    LimitSettings,
    LogSettings,
    MailSettings,
    OidcProvider,
    OidcSettings,
    OpenApiSettings,
    TelemetrySettings,
)
from ._load import DOTENV, SettingsError, load_settings
from ._modules import ModuleSettings, load_module_settings
from ._production import Process
from ._rates import Rate, read_rate
from ._secrets import secret_problem
from ._settings import Settings

__all__ = [
    "DOTENV",
    "AuthSettings",
    "CacheSettings",
    "CsvSettings",
    "DatabaseSettings",
    "HttpSettings",
    "LimitSettings",
    "LogSettings",
    "MailSettings",
    "ModuleSettings",
    "OidcProvider",
    "OidcSettings",
    "OpenApiSettings",
    "Process",
    "Rate",
    "Settings",
    "SettingsError",
    "TelemetrySettings",
    "load_module_settings",
    "load_settings",
    "read_file",
    "read_rate",
    "secret_problem",
]
