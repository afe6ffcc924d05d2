"""The file of a form, passed on as it arrives: neither memory nor a disk holds all of it."""

import asyncio
from collections.abc import AsyncIterator, Iterator

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from app.core.errors import BadRequest, BodyTooSlow, UnsupportedMediaType

from ._upload import FORM


class SentFile:
    """The one field of a form: `name` is known after `begin`, then `pieces` are read once."""

    def __init__(self, request: Request, field: str) -> None:
        """Raises UnsupportedMediaType."""
        kind, options = parse_options_header(request.headers.get("content-type"))
        if kind != FORM.encode() or b"boundary" not in options:
            raise UnsupportedMediaType(f"Send the header Content-Type: {FORM}.")
        self.name = ""
        self._field = field.encode()
        self._stream = request.stream()
        self._parts = 0
        self._is_begun = self._is_whole = False
        self._header: tuple[bytes, bytes] = (b"", b"")
        self._headers: dict[bytes, bytes] = {}
        self._arrived: list[bytes] = []
        self._parser = MultipartParser(
            options[b"boundary"],
            {
                "on_part_begin": self._on_part,
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers,
                "on_part_data": self._on_data,
                "on_end": self._on_end,
            },
        )

    async def begin(self, *, seconds: float) -> None:
        """Read until the file's name is known. Raises BadRequest, BodyTooSlow."""
        try:
            async with asyncio.timeout(seconds):
                async for chunk in self._stream:
                    self._feed(chunk)
                    if self._is_begun:
                        return
        except TimeoutError:
            raise BodyTooSlow from None
        raise BadRequest

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield what is in the file. Raises BadRequest if the form ends before it does."""
        for piece in self._taken():
            yield piece
        async for chunk in self._stream:
            self._feed(chunk)
            for piece in self._taken():
                yield piece
        if not self._is_whole:
            raise BadRequest

    def _feed(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise BadRequest from error

    def _taken(self) -> Iterator[bytes]:
        taken, self._arrived = self._arrived, []
        yield from taken

    def _on_part(self) -> None:
        self._parts += 1
        if self._parts > 1:
            raise BadRequest

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header = (self._header[0] + data[start:end], b"")

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header = (self._header[0], self._header[1] + data[start:end])

    def _on_header_end(self) -> None:
        name, value = self._header
        self._headers[name.lower()] = value
        self._header = (b"", b"")

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        if options.get(b"name") != self._field or b"filename" not in options:
            raise BadRequest
        self.name = options[b"filename"].decode("utf-8", "replace")
        self._is_begun = True

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        self._arrived.append(data[start:end])

    def _on_end(self) -> None:
        self._is_whole = True
