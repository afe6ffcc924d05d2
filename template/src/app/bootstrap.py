"""Assemble a process: settings, modules, and the resources that they share."""

from datetime import timedelta
from importlib import import_module
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import (
    DOTENV,
    CacheSettings,
    DatabaseSettings,
    Settings,
    load_module_settings,
)
from app.core.auth import (
    Actor,
    ApiKeys,
    Authenticator,
    Cookies,
    Encrypter,
    FoundKey,
    Passwords,
    RevocationCache,
    Tokens,
)
from app.core.cache import MemoryStore, SharedCache, Store
from app.core.events import Subscriptions
from app.core.http.routing import understands_fastapi
from app.core.jobs import JobRegistry
from app.core.limits import Buckets, MemoryBuckets, Tries
from app.core.mail import MAIL_SLOTS, choose_mailer, send_mail
from app.core.module import Module
from app.core.observability import Observation, observe
from app.core.observability.logging import hide_names
from app.core.permissions import PermissionRegistry
from app.core.personal_data import PersonalData, private_columns
from app.core.runtime import Database, Runtime, SettingsOfModules
from app.core.security_events import SecurityEvent, record
from app.core.tenancy import TenantContext
from app.core.unit_of_work import open_unit
from app.database import embedded
from app.database.asyncpg.pipelined import is_tested
from app.database.asyncpg.pool import KNOWS_POOL, PATIENCE_SECONDS
from app.database.engine import create_engine
from app.database.replica import Replica

MAIL_FOLDER = Path(__file__).parents[2] / ".data" / "mail"


def with_database(settings: Settings) -> Settings:
    """Return settings with a database: the configured one, or the embedded one, started.

    Raises EmbeddedDatabaseUnavailable.
    """
    if has_database(settings):
        return settings
    urls = embedded.start().create_database("app")
    return settings.with_database(url=urls.url, owner_url=urls.owner_url, admin_url=urls.admin_url)


def has_database(settings: Settings) -> bool:
    """True if any of the three roles has a URL: then nothing starts an embedded PostgreSQL."""
    database = settings.database
    return any((database.url, database.owner_url, database.admin_url))


def open_runtime(settings: Settings, modules: tuple[Module, ...]) -> Runtime:
    """Create the runtime. Connections are opened by the first statement."""
    hide_names(private_columns())
    subscriptions = Subscriptions(each for module in modules for each in module.subscribers)
    jobs = (job for module in modules for job in module.jobs)
    database = open_database(settings)
    tokens = _tokens(settings)
    revocations = _revocations(settings, database)
    permissions = PermissionRegistry(module.permissions for module in modules)
    observation = observe(settings)
    limit = settings.database.pool_size + settings.database.pool_overflow
    observation.watch(database.engines, limit=limit)
    store, buckets = _shared_memory(settings.cache, observation)

    key_tries = Tries(buckets, "api-key", settings.limits.login, settings.limits.address)

    async def find_key(tenant_id: UUID, secret_hash: str) -> FoundKey | None:
        return await _find_key(runtime, modules, tenant_id, secret_hash)

    def note_refused_key(address: str | None) -> None:
        event = SecurityEvent.API_KEY_REFUSED
        record(observation, event, reason="not valid", address=address)

    secret, *previous = settings.secrets
    runtime = Runtime(
        settings=settings,
        database=database,
        permissions=permissions,
        jobs=JobRegistry([*jobs, *subscriptions.jobs, send_mail], slots=_slots(modules)),
        subscriptions=subscriptions,
        tokens=tokens,
        revocations=revocations,
        authenticator=Authenticator(
            tokens=tokens,
            cookies=Cookies(own=[settings.public_url, *settings.auth.browser_origins]),
            api_keys=ApiKeys(find_key, revocations, key_tries, note_refused_key),
            revocations=revocations,
            permissions=permissions,
        ),
        passwords=Passwords(weak=settings.environment == "test"),
        encrypter=Encrypter(secret, previous=previous),
        mailer=choose_mailer(settings, MAIL_FOLDER),
        cache=SharedCache(store, note=observation.note_cache),
        buckets=buckets,
        observation=observation,
        personal_data={each.name: each.personal_data or PersonalData() for each in modules},
        module_settings=_module_settings(settings, modules),
    )
    return runtime


def _slots(modules: tuple[Module, ...]) -> dict[str, int]:
    """Return the slots of queues that have their own in each worker."""
    return MAIL_SLOTS | {queue: n for each in modules for queue, n in each.slots.items()}


def _module_settings(settings: Settings, modules: tuple[Module, ...]) -> SettingsOfModules:
    """Load modules' settings; tests ignore a developer's .env. Raises SettingsError."""
    dotenv = None if settings.environment == "test" else DOTENV
    in_production = settings.in_production
    return SettingsOfModules(
        (
            module.settings,
            load_module_settings(module.settings, dotenv, in_production=in_production),
        )
        for module in modules
        if module.settings
    )


async def _find_key(
    runtime: Runtime, modules: tuple[Module, ...], tenant_id: UUID, secret_hash: str
) -> FoundKey | None:
    """Find a key through the module that stores API keys, in a unit of the key's tenant."""
    for module in modules:
        if module.find_api_key is not None:
            context = TenantContext(tenant_id)
            async with open_unit(runtime, Actor.system(tenant_id), context) as work:
                return await module.find_api_key(work, secret_hash)
    return None


def _tokens(settings: Settings) -> Tokens:
    secret, *previous = settings.secrets
    lifetime = timedelta(minutes=settings.auth.access_minutes)
    return Tokens(secret, lifetime=lifetime, previous=previous)


def _revocations(settings: Settings, database: Database) -> RevocationCache:
    return RevocationCache(
        database.rw,
        seconds=settings.auth.revocation_seconds,
        listens=not settings.database.pgbouncer,
    )


def _shared_memory(settings: CacheSettings, observation: Observation) -> tuple[Store, Buckets]:
    """Return the cache's store and the buckets of rate limits."""
    if settings.url is None:
        store = MemoryStore(
            max_bytes=settings.memory_megabytes * 1024 * 1024,
            longest=timedelta(seconds=settings.memory_seconds),
        )
        return store, MemoryBuckets()
    redis = import_module("app.core.redis")
    server = redis.RedisServer(
        settings.url,
        timeout_seconds=settings.timeout_seconds,
        note_failure=observation.note_redis_failure,
    )
    return redis.RedisStore(server), redis.RedisBuckets(server)


def fast_paths(settings: Settings) -> dict[str, bool]:
    """Return which fast paths are on; docs/performance.md says what each relies on."""
    direct = settings.fast_paths and settings.database.pgbouncer is not True
    return {
        "routes": settings.fast_paths and understands_fastapi(),
        "pipelined_connections": direct and is_tested(),
        "standalone_reads": direct,
        "lent_connections": direct and KNOWS_POOL,
        "typed_rows": settings.fast_paths,
    }


def open_database(settings: Settings) -> Database:
    """Create the engines. Connections are opened by the first statement."""
    database, fast = settings.database, settings.fast_paths
    if database.url is None:
        raise ValueError("settings without a database: pass them through with_database first")
    admin = database.admin_url
    rw = _engine(database, database.url, fast)
    return Database(
        rw=rw,
        across_tenants=_engine(database, admin, fast) if admin else None,
        replica=_replica(database, rw, fast),
    )


def _replica(settings: DatabaseSettings, primary: AsyncEngine, fast: bool) -> Replica | None:
    if settings.replica_url is None:
        return None
    engine = _engine(settings, settings.replica_url, fast, patience_seconds=0)
    return Replica(engine, primary, lag_seconds=settings.replica_lag_seconds)


def _engine(
    settings: DatabaseSettings, url: str, fast: bool, patience_seconds: float = PATIENCE_SECONDS
) -> AsyncEngine:
    return create_engine(
        url,
        pool_size=settings.pool_size,
        pool_overflow=settings.pool_overflow,
        pool_timeout_seconds=settings.pool_timeout_seconds,
        statement_timeout_seconds=settings.statement_timeout_seconds,
        pgbouncer=settings.pgbouncer,
        citus=settings.citus,
        fast_paths=fast,
        patience_seconds=patience_seconds,
    )
