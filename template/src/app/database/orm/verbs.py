"""The methods of SQLAlchemy's AsyncSession that a TenantSession offers as its own."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Concatenate, Never, ParamSpec, TypeVar, TypeVarTuple, overload

from sqlalchemy import Executable, Result, ScalarResult
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncResult,
    AsyncScalarResult,
    AsyncSession,
    AsyncSessionTransaction,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import TypedReturnsRows

P = ParamSpec("P")
T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None


class OrmVerbs(ABC):
    """Methods that do what AsyncSession's methods of the same name do; see its documentation."""

    @property
    @abstractmethod
    def orm(self) -> AsyncSession:
        """SQLAlchemy's own session."""

    @abstractmethod
    async def send(self, send: Callable[..., Awaitable[T]], *arguments: Any, **options: Any) -> T:
        """Await one of the ORM session's methods that send a statement."""

    @overload
    async def execute(
        self, statement: TypedReturnsRows[*Ts], params: Parameters = None, **options: Any
    ) -> Result[*Ts]: ...
    @overload
    async def execute(
        self, statement: Executable, params: Parameters = None, **options: Any
    ) -> Result[*tuple[Any, ...]]: ...
    async def execute(
        self, statement: Executable, params: Parameters = None, **options: Any
    ) -> Result[Any]:
        return await self.send(self.orm.execute, statement, params, **options)

    @overload
    async def scalar(
        self, statement: TypedReturnsRows[Never], params: Parameters = None, **options: Any
    ) -> Any | None: ...
    @overload
    async def scalar(
        self, statement: TypedReturnsRows[T], params: Parameters = None, **options: Any
    ) -> T | None: ...
    @overload
    async def scalar(
        self, statement: Executable, params: Parameters = None, **options: Any
    ) -> Any: ...
    async def scalar(self, statement: Executable, params: Parameters = None, **options: Any) -> Any:
        return await self.send(self.orm.scalar, statement, params, **options)

    @overload
    async def scalars(
        self, statement: TypedReturnsRows[T], params: Parameters = None, **options: Any
    ) -> ScalarResult[T]: ...
    @overload
    async def scalars(
        self, statement: Executable, params: Parameters = None, **options: Any
    ) -> ScalarResult[Any]: ...
    async def scalars(
        self, statement: Executable, params: Parameters = None, **options: Any
    ) -> ScalarResult[Any]:
        return await self.send(self.orm.scalars, statement, params, **options)

    async def stream(
        self, statement: Executable, params: Parameters = None, **options: Any
    ) -> AsyncResult[Any]:
        return await self.orm.stream(statement, params, **options)

    async def stream_scalars(
        self, statement: Executable, params: Parameters = None, **options: Any
    ) -> AsyncScalarResult[Any]:
        return await self.orm.stream_scalars(statement, params, **options)

    async def get(self, entity: type[T], ident: Any, **options: Any) -> T | None:
        return await self.orm.get(entity, ident, **options)

    async def get_one(self, entity: type[T], ident: Any, **options: Any) -> T:
        return await self.orm.get_one(entity, ident, **options)

    async def merge(self, instance: T, **options: Any) -> T:
        return await self.orm.merge(instance, **options)

    async def refresh(self, instance: object, **options: Any) -> None:
        await self.orm.refresh(instance, **options)

    async def delete(self, instance: object) -> None:
        await self.orm.delete(instance)

    async def flush(self, objects: Sequence[Any] | None = None) -> None:
        await self.orm.flush(objects)

    async def connection(self, **options: Any) -> AsyncConnection:
        return await self.orm.connection(**options)

    async def run_sync(
        self, call: Callable[Concatenate[Session, P], T], *values: P.args, **named: P.kwargs
    ) -> T:
        return await self.orm.run_sync(call, *values, **named)

    def add(self, instance: object) -> None:
        self.orm.add(instance)

    def add_all(self, instances: Iterable[object]) -> None:
        self.orm.add_all(instances)

    def expunge(self, instance: object) -> None:
        self.orm.expunge(instance)

    def begin_nested(self) -> AsyncSessionTransaction:
        return self.orm.begin_nested()
