"""Settings: read once, at the front of the house. Inner rooms receive values."""

from ._load import SettingsError, load_settings
from ._settings import (
    DEVELOPMENT_SECRET,
    AuthSettings,
    DatabaseSettings,
    HttpSettings,
    LogSettings,
    Settings,
)

__all__ = [
    "DEVELOPMENT_SECRET",
    "AuthSettings",
    "DatabaseSettings",
    "HttpSettings",
    "LogSettings",
    "Settings",
    "SettingsError",
    "load_settings",
]
