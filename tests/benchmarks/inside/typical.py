"""FastAPI and SQLAlchemy as most people write them. Runs with the project's Python.

It has a session dependency, loads the user for each request, and uses entities and response models; a page includes
the count of all rows. Without row security, each query filters by tenant.
"""

import os
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.security import OAuth2PasswordBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import DateTime, Numeric, String, Text, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.responses import Response

engine = create_async_engine(os.environ["APP_DATABASE_URL"], pool_size=16, pool_pre_ping=True)
sessions = async_sessionmaker(engine, expire_on_commit=False)
key = OctKey.import_key(os.environ["APP_SECRET_KEY"])


def now() -> datetime:
    return datetime.now(UTC)


class Base(DeclarativeBase):
    type_annotation_map: ClassVar = {datetime: DateTime(timezone=True)}


class User(Base):
    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320))
    full_name: Mapped[str] = mapped_column(String(120))
    is_superuser: Mapped[bool]


class Rows:
    """The columns of every table that belongs to a tenant."""

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class Project(Rows, Base):
    __tablename__ = "projects"

    name: Mapped[str] = mapped_column(String(120))


class Client(Rows, Base):
    __tablename__ = "clients"

    name: Mapped[str] = mapped_column(String(120))


class Invoice(Rows, Base):
    __tablename__ = "invoices"

    number: Mapped[str] = mapped_column(String(20))
    client_id: Mapped[UUID]
    title: Mapped[str] = mapped_column(String(120))
    status: Mapped[str] = mapped_column(String(40))
    total: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    issued_on: Mapped[date]
    notes: Mapped[str | None] = mapped_column(Text)
    urgent: Mapped[bool]


class ProjectIn(BaseModel):
    name: str = Field(min_length=1, max_length=120)


class InvoiceIn(BaseModel):
    number: str = Field(min_length=1, max_length=20)
    client_id: UUID
    title: str = Field(min_length=1, max_length=120)
    status: Literal["draft", "sent", "paid"] = "draft"
    total: Decimal = Field(max_digits=12, decimal_places=2)
    issued_on: date
    notes: str | None = None
    urgent: bool = False


class InvoiceChange(BaseModel):
    title: str | None = Field(default=None, min_length=1, max_length=120)


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    created_at: datetime
    updated_at: datetime


class ProjectOut(ProjectIn, Out):
    pass


class InvoiceOut(InvoiceIn, Out):
    pass


ItemOut = TypeVar("ItemOut", bound=Out)


class Page(BaseModel, Generic[ItemOut]):
    items: list[ItemOut]
    count: int


class Current(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)

    user: User
    tenant_id: UUID


async def get_session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
Token = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="token"))]


async def get_current(session: Session, token: Token) -> Current:
    try:
        claims = jwt.decode(token, key, algorithms=["HS256"]).claims
    except (JoseError, ValueError) as error:
        raise HTTPException(401, "Could not validate credentials") from error
    user = await session.get(User, UUID(claims["sub"]))
    if user is None:
        raise HTTPException(404, "User not found")
    return Current(user=user, tenant_id=UUID(claims["tid"]))


Who = Annotated[Current, Depends(get_current)]
projects, invoices = APIRouter(prefix="/projects"), APIRouter(prefix="/invoices")


@projects.get("/{item_id}", response_model=ProjectOut)
async def read_project(item_id: UUID, session: Session, who: Who) -> Any:
    return await _find(session, who, Project, item_id)


@projects.get("", response_model=Page[ProjectOut])
async def read_projects(session: Session, who: Who, limit: int = 50) -> Any:
    return await _page(session, select(Project).where(Project.tenant_id == who.tenant_id), Project.id.desc(), limit)


@projects.post("", response_model=ProjectOut, status_code=201)
async def create_project(body: ProjectIn, session: Session, who: Who) -> Any:
    return await _save(session, Project(tenant_id=who.tenant_id, **body.model_dump()))


@projects.patch("/{item_id}", response_model=ProjectOut)
async def change_project(item_id: UUID, body: ProjectIn, session: Session, who: Who) -> Any:
    return await _change(session, await _find(session, who, Project, item_id), body)


@invoices.get("/{item_id}", response_model=InvoiceOut)
async def read_invoice(item_id: UUID, session: Session, who: Who) -> Any:
    return await _find(session, who, Invoice, item_id)


@invoices.get("", response_model=Page[InvoiceOut])
async def read_invoices(
    session: Session,
    who: Who,
    status: str | None = None,
    sort: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Any:
    query = select(Invoice).where(Invoice.tenant_id == who.tenant_id)
    if status is not None:
        query = query.where(Invoice.status == status)
    order = Invoice.issued_on.desc() if sort else Invoice.id.desc()
    return await _page(session, query, order, limit, offset=limit if cursor else 0)


@invoices.post("", response_model=InvoiceOut, status_code=201)
async def create_invoice(body: InvoiceIn, session: Session, who: Who) -> Any:
    """Look for the number and the client first, as such applications do."""
    taken = select(Invoice.id).where(Invoice.tenant_id == who.tenant_id, Invoice.number == body.number)
    if await session.scalar(taken):
        raise HTTPException(409, "This number is taken")
    await _find(session, who, Client, body.client_id)
    return await _save(session, Invoice(tenant_id=who.tenant_id, **body.model_dump()))


@invoices.patch("/{item_id}", response_model=InvoiceOut)
async def change_invoice(item_id: UUID, body: InvoiceChange, session: Session, who: Who) -> Any:
    return await _change(session, await _find(session, who, Invoice, item_id), body)


@invoices.delete("/{item_id}", status_code=204)
async def delete_invoice(item_id: UUID, session: Session, who: Who) -> None:
    await session.delete(await _find(session, who, Invoice, item_id))
    await session.commit()


async def _find(session: AsyncSession, who: Current, model: Any, item_id: UUID) -> Any:
    query = select(model).where(model.tenant_id == who.tenant_id, model.id == item_id)
    item = (await session.scalars(query)).one_or_none()
    if item is None:
        raise HTTPException(404, "Item not found")
    return item


async def _page(session: AsyncSession, query: Any, order: Any, limit: int, offset: int = 0) -> dict[str, Any]:
    count = await session.scalar(select(func.count()).select_from(query.subquery()))
    items = (await session.scalars(query.order_by(order).limit(limit).offset(offset))).all()
    return {"items": items, "count": count or 0}


async def _change(session: AsyncSession, item: Any, body: BaseModel) -> Any:
    for name, value in body.model_dump(exclude_unset=True).items():
        setattr(item, name, value)
    return await _save(session, item)


async def _save(session: AsyncSession, item: Any) -> Any:
    session.add(item)
    await session.commit()
    await session.refresh(item)
    return item


class RequestId(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        response.headers["x-request-id"] = request.headers.get("x-request-id", uuid4().hex)
        return response


app = FastAPI()
app.add_middleware(RequestId)
for router in (projects, invoices):
    app.include_router(router, prefix="/api/v1")
