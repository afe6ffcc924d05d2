"""Bytes on their way in: counted, recognised, and never all in memory."""

from collections.abc import AsyncIterator
from hashlib import sha256

from ..errors import FileTooLarge, FileTypeRefused
from ..settings import FileSettings
from ..storage import type_of

HEAD = 4096
"""Bytes that tell a type."""


class Upload:
    """What is known of it once its pieces have passed: `size`, `sha256`, `media_type`."""

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
        """Nothing comes before the type is known. Raises FileTooLarge, FileTypeRefused."""
        head = b""
        async for piece in self._pieces:
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
