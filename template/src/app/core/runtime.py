"""The resources of a process, created in its composition root and closed at its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import ModuleSettings, Settings
from app.core.auth import Authenticator, Encrypter, Passwords, RevocationCache, Tokens
from app.core.cache import SharedCache
from app.core.errors import Forbidden
from app.core.events import Subscriptions
from app.core.jobs import JobRegistry
from app.core.limits import Buckets
from app.core.mail import Mailer
from app.core.observability import Observation
from app.core.permissions import PermissionRegistry
from app.core.personal_data import PersonalData
from app.database.replica import Replica

Kind = TypeVar("Kind", bound=ModuleSettings)


@dataclass(frozen=True)
class Database:
    """Two engines: `rw` serves one tenant at a time, the other one works across tenants.

    A process without APP_DATABASE_ADMIN_URL has the first one only. `replica` is for reads of
    `rw` that may lag.
    """

    rw: AsyncEngine
    across_tenants: AsyncEngine | None
    replica: Replica | None = None

    @property
    def admin(self) -> AsyncEngine:
        """The engine that works across tenants. Raises OneTenantAtATime."""
        if self.across_tenants is None:
            raise OneTenantAtATime
        return self.across_tenants

    @property
    def engines(self) -> dict[str, AsyncEngine]:
        replica = {"replica": self.replica.engine} if self.replica else {}
        return {**self.of_the_primary, **replica}

    @property
    def of_the_primary(self) -> dict[str, AsyncEngine]:
        across = {"admin": self.across_tenants} if self.across_tenants else {}
        return {"rw": self.rw, **across}

    async def lagging(self) -> AsyncEngine:
        """Return the engine for reads that may lag: the replica's while it is current enough."""
        if self.replica is not None and await self.replica.is_current():
            return self.replica.engine
        return self.rw

    async def close(self) -> None:
        for engine in self.engines.values():
            await engine.dispose()


class OneTenantAtATime(Forbidden):
    """This server works for one tenant at a time and cannot do what concerns several.

    Whoever runs it can: on the command line (`app tenants`), or with APP_DATABASE_ADMIN_URL.
    """

    title = "One tenant at a time"
    detail = "This server does not work across tenants. Ask whoever runs it."


class ModuleNotStarted(KeyError):
    """A module's settings were requested in a process without the module."""

    def __str__(self) -> str:
        return str(self.args[0])


class SettingsOfModules(dict[type[ModuleSettings], ModuleSettings]):
    """Modules' settings by class."""

    def __missing__(self, kind: type[ModuleSettings]) -> NoReturn:
        """Raises ModuleNotStarted."""
        module = kind.__module__.rpartition(".")[0]
        raise ModuleNotStarted(
            f"{kind.__name__} belongs to the module {module}, which is not started here, or whose"
            f" module.py does not say settings={kind.__name__}. The tests of one module start those"
            f" that it may use: name {module} in depends_on of its tach.domain.toml,"
            " or put the test under tests/."
        )


@dataclass(frozen=True)
class Runtime:
    settings: Settings
    database: Database
    permissions: PermissionRegistry
    jobs: JobRegistry
    subscriptions: Subscriptions
    tokens: Tokens
    revocations: RevocationCache
    authenticator: Authenticator
    passwords: Passwords
    encrypter: Encrypter
    mailer: Mailer
    cache: SharedCache
    buckets: Buckets
    observation: Observation
    personal_data: Mapping[str, PersonalData]
    """The personal data of each module, by the module's name."""
    module_settings: Mapping[type[ModuleSettings], ModuleSettings]

    @property
    def sealer(self) -> Encrypter:  # until 3.0
        return self.encrypter

    def settings_of(self, kind: type[Kind]) -> Kind:
        """Return a module's settings. Raises ModuleNotStarted if no `Module` has this class."""
        settings = self.module_settings[kind]
        assert isinstance(settings, kind)  # noqa: S101 - for mypy; bootstrap.py makes the pairs
        return settings

    async def close(self) -> None:
        await self.cache.store.close()
        await self.database.close()
        await self.observation.close()
