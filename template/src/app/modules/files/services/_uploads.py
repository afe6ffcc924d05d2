"""Upload streams: counted, recognised, and never completely in memory."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from hashlib import sha256
from uuid import UUID

from ..errors import FileTooLarge, FileTypeRefused, TooManyUploads, UploadTooSlow
from ..settings import FileSettings
from ..storage import type_of

HEAD = 4096
"""The number of bytes from which the type is recognised."""


_running: Counter[UUID | None] = Counter()
"""Running uploads of this process, by actor: each holds a few megabytes."""


@contextmanager
def one_more_upload(actor_id: UUID | None, *, most: int) -> Iterator[None]:
    """Raises TooManyUploads."""
    if _running[actor_id] >= most:
        raise TooManyUploads(most=most, headers={"Retry-After": "5"})
    _running[actor_id] += 1
    try:
        yield
    finally:
        _running[actor_id] -= 1
        if not _running[actor_id]:
            del _running[actor_id]


class Upload:
    """Counts an upload: after its last piece, `size`, `sha256` and `media_type` are known."""

    def __init__(self, pieces: AsyncIterator[bytes], settings: FileSettings) -> None:
        self.settings = settings
        self.size = 0
        self.media_type = ""
        self._pieces = pieces
        self._hash = sha256()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the pieces, as soon as the type is known and accepted.

        Raises FileTooLarge, FileTypeRefused, UploadTooSlow.
        """
        head = b""
        async for piece in self._without_pauses():
            self._count(piece)
            if self.media_type:
                yield piece
                continue
            head += piece
            if len(head) >= HEAD:
                self._recognise(head)
                yield head
        if not self.media_type:
            self._recognise(head)
            yield head

    async def _without_pauses(self) -> AsyncIterator[bytes]:
        """Raises UploadTooSlow."""
        while True:
            try:
                async with asyncio.timeout(self.settings.pause_seconds):
                    piece = await anext(self._pieces, None)
            except TimeoutError:
                raise UploadTooSlow from None
            if piece is None:
                return
            yield piece

    def _count(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size > self.settings.max_bytes:
            raise FileTooLarge(most=self.settings.max_bytes)
        self._hash.update(piece)

    def _recognise(self, head: bytes) -> None:
        self.media_type = type_of(head[:HEAD])
        if self.media_type not in self.settings.types:
            allowed = ", ".join(self.settings.types)
            raise FileTypeRefused(found=self.media_type, allowed=allowed)
