"""Types that parse a variable's text, with messages for invalid values."""

import re
from functools import partial
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from ._rates import Rate, read_rate

DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _for_asyncpg(url: str, *, role: str = "primary") -> str:
    """Add the driver that SQLAlchemy needs to postgres:// and postgresql:// URLs.

    Of several hosts, `first:5432,second:5432`, the one that has the `role` is used, unless
    target_session_attrs says otherwise.
    """
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in ("postgres", "postgresql", "postgresql+asyncpg"):
        raise ValueError("it should be the URL of a PostgreSQL database")
    address, _, path = rest.partition("/")
    who, at, hosts = address.rpartition("@")
    if "," in hosts:
        database, _, query = path.partition("?")
        listed = [f"host={each if ':' in each else f'{each}:5432'}" for each in hosts.split(",")]
        if "target_session_attrs=" not in query:
            listed.append(f"target_session_attrs={role}")
        rest = f"{who}{at}/{database}?{'&'.join(filter(None, [*listed, query]))}"
    return f"postgresql+asyncpg://{rest}"


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


def _domains(names: tuple[str, ...]) -> tuple[str, ...]:
    if wrong := [name for name in names if not DOMAIN.fullmatch(name)]:
        raise ValueError(f"{wrong[0]} should be a domain such as example.com")
    return tuple(name.lower() for name in names)


def _without_slash(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("it should start with http:// or https://")
    return url.rstrip("/")


def _for_redis(url: str) -> str:
    if not url.startswith(("redis://", "rediss://", "valkey://", "valkeys://", "unix://")):
        raise ValueError("it should start with redis://, rediss://, valkey:// or unix://")
    return url


PostgresUrl = Annotated[str, AfterValidator(_for_asyncpg)]
ReplicaUrl = Annotated[str, AfterValidator(partial(_for_asyncpg, role="standby"))]
RedisUrl = Annotated[str, AfterValidator(_for_redis)]
CollectorUrl = Annotated[str, AfterValidator(_without_slash)]
PublicUrl = Annotated[str, AfterValidator(_without_slash)]
Origins = Annotated[tuple[PublicUrl, ...], NoDecode, BeforeValidator(_split)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split)]
Environment = Annotated[Literal["development", "test", "production"], BeforeValidator(_lower)]
RateText = Annotated[Rate | None, BeforeValidator(read_rate)]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)]
MailSecurity = Annotated[Literal["starttls", "tls", "none"], BeforeValidator(_lower)]
Documents = Annotated[Literal["auto", "on", "off"], BeforeValidator(_lower)]
Registration = Annotated[Literal["open", "invited", "domains"], BeforeValidator(_lower)]
EmailDomains = Annotated[
    tuple[str, ...], NoDecode, BeforeValidator(_split), AfterValidator(_domains)
]
LogFormat = Annotated[Literal["auto", "json", "console"], BeforeValidator(_lower)]
