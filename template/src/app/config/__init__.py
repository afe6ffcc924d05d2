"""Settings: read once, at the front of the house. Inner rooms receive values."""

from ._load import SettingsError, load_settings
from ._rates import Rate, read_rate
from ._settings import (
    DEVELOPMENT_SECRET,
    AuthSettings,
    CacheSettings,
    DatabaseSettings,
    HttpSettings,
    LimitSettings,
    LogSettings,
    MailSettings,
    Settings,
    TelemetrySettings,
)

__all__ = [
    "DEVELOPMENT_SECRET",
    "AuthSettings",
    "CacheSettings",
    "DatabaseSettings",
    "HttpSettings",
    "LimitSettings",
    "LogSettings",
    "MailSettings",
    "Rate",
    "Settings",
    "SettingsError",
    "TelemetrySettings",
    "load_settings",
    "read_rate",
]
