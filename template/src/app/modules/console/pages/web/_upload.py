"""A file that a form sends."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from app.core.errors import BadRequest, BodyTooSlow, PayloadTooLarge, UnsupportedMediaType

FORM = "multipart/form-data"
FRAME = 64 * 1024
"""What a form may have around its file."""


async def upload(request: Request, name: str, *, most: int, seconds: float) -> bytes:
    """Return the file of this name, or nothing if none was chosen.

    Raises UnsupportedMediaType, PayloadTooLarge, BadRequest, BodyTooSlow.
    """
    if not request.headers.get("content-type", "").startswith(FORM):
        raise UnsupportedMediaType(f"Send the header Content-Type: {FORM}.")
    stream = _limited(request.stream(), most + FRAME)
    parser = MultiPartParser(request.headers, stream, max_files=1, max_fields=5)
    try:
        async with asyncio.timeout(seconds):
            form = await parser.parse()
    except MultiPartException as error:
        raise BadRequest from error
    except TimeoutError:
        raise BodyTooSlow from None
    try:
        file = form.get(name)
        return await file.read() if isinstance(file, UploadFile) else b""
    finally:
        await form.close()


async def _limited(stream: AsyncIterator[bytes], most: int) -> AsyncGenerator[bytes, None]:
    """Raises PayloadTooLarge."""
    received = 0
    async for piece in stream:
        received += len(piece)
        if received > most:
            raise PayloadTooLarge
        yield piece
