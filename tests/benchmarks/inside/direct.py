"""Log-in, refresh, uploads and downloads with the libraries alone. Runs with the project's Python.

What FastAPI's documentation does: argon2 through pwdlib, a signed token, one row for each refresh token, a file on the
disk. There is no audit, no limit, no second factor, no check of what a file contains, and no tenant.
"""

import os
import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import FileResponse
from fastapi.security import OAuth2PasswordRequestForm
from joserfc import jwt
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import BaseModel
from sqlalchemy import select, update
from sqlalchemy.orm import Mapped, mapped_column
from starlette.concurrency import run_in_threadpool
from typical import Base, Session, User, key

FOLDER = Path(os.environ["BENCH_FOLDER"])
LASTS = timedelta(minutes=10)
passwords = PasswordHash((Argon2Hasher(),))


class Known(User):
    password_hash: Mapped[str]


class Refresh(Base):
    __tablename__ = "bench_refresh"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID]
    secret_hash: Mapped[str] = mapped_column(unique=True)
    used_at: Mapped[datetime | None]


class RefreshIn(BaseModel):
    refresh_token: str


app = FastAPI()


@app.post("/api/v1/auth/token")
async def log_in(form: Annotated[OAuth2PasswordRequestForm, Depends()], session: Session) -> Any:
    user = (await session.scalars(select(Known).where(Known.email == form.username))).one_or_none()
    if user is None or not await run_in_threadpool(passwords.verify, form.password, user.password_hash):
        raise HTTPException(401, "Incorrect username or password")
    return await _pair(session, user.id)


@app.post("/api/v1/auth/refresh")
async def refresh(body: RefreshIn, session: Session) -> Any:
    secret_hash = sha256(body.refresh_token.encode()).hexdigest()
    found = (await session.scalars(select(Refresh).where(Refresh.secret_hash == secret_hash))).one_or_none()
    if found is None or found.used_at is not None:
        raise HTTPException(401, "Invalid refresh token")
    await session.execute(update(Refresh).where(Refresh.id == found.id).values(used_at=datetime.now(UTC)))
    return await _pair(session, found.user_id)


@app.post("/api/v1/files", status_code=201)
async def upload(request: Request, name: str) -> Any:
    file_id = uuid4().hex
    with (FOLDER / file_id).open("wb") as file:
        async for piece in request.stream():
            await run_in_threadpool(file.write, piece)
    return {"id": file_id, "name": name}


@app.get("/api/v1/files/{file_id}/content")
async def download(file_id: str) -> FileResponse:
    return FileResponse(FOLDER / file_id)


async def _pair(session: Any, user_id: UUID) -> dict[str, str]:
    secret = secrets.token_urlsafe(32)
    session.add(Refresh(user_id=user_id, secret_hash=sha256(secret.encode()).hexdigest()))
    await session.commit()
    claims = {"sub": str(user_id), "exp": int((datetime.now(UTC) + LASTS).timestamp())}
    return {"access_token": jwt.encode({"alg": "HS256"}, claims, key), "refresh_token": secret}
