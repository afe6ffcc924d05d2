"""FastAPI and SQLAlchemy as most people write them. Runs with the project's Python.

It has a session dependency, loads the user for each request, and uses entities and response models; a page includes
the count of all rows. Without row security, each query filters by tenant.
"""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.security import OAuth2PasswordBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import DateTime, String, func, select
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


class Item(Base):
    __tablename__ = os.environ["BENCH_TABLE"]

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class ItemIn(BaseModel):
    name: str = Field(min_length=1, max_length=120)


class ItemOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    created_at: datetime
    updated_at: datetime


class Items(BaseModel):
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
router = APIRouter(prefix=f"/{os.environ['BENCH_TABLE']}")


@router.get("/{item_id}", response_model=ItemOut)
async def read(item_id: UUID, session: Session, who: Who) -> Any:
    return await _find(session, who, item_id)


@router.get("", response_model=Items)
async def read_all(session: Session, who: Who, limit: int = 50) -> Any:
    own = Item.tenant_id == who.tenant_id
    count = await session.scalar(select(func.count()).select_from(Item).where(own))
    items = (await session.scalars(select(Item).where(own).order_by(Item.id.desc()).limit(limit))).all()
    return Items(items=items, count=count or 0)


@router.post("", response_model=ItemOut, status_code=201)
async def create(body: ItemIn, session: Session, who: Who) -> Any:
    item = Item(tenant_id=who.tenant_id, **body.model_dump())
    session.add(item)
    await session.commit()
    await session.refresh(item)
    return item


@router.patch("/{item_id}", response_model=ItemOut)
async def change(item_id: UUID, body: ItemIn, session: Session, who: Who) -> Any:
    item = await _find(session, who, item_id)
    for name, value in body.model_dump(exclude_unset=True).items():
        setattr(item, name, value)
    await session.commit()
    await session.refresh(item)
    return item


async def _find(session: AsyncSession, who: Current, item_id: UUID) -> Item:
    query = select(Item).where(Item.tenant_id == who.tenant_id, Item.id == item_id)
    item = (await session.scalars(query)).one_or_none()
    if item is None:
        raise HTTPException(404, "Item not found")
    return item


class RequestId(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        response.headers["x-request-id"] = request.headers.get("x-request-id", uuid4().hex)
        return response


app = FastAPI()
app.add_middleware(RequestId)
app.include_router(router, prefix="/api/v1")
