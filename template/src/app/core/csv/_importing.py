"""Creates a row for each line of a file: all of them, or none."""

import asyncio
from collections.abc import AsyncIterator, Collection
from typing import Any

from app.config import CsvSettings
from app.core.counters import numbers_in_blocks
from app.core.errors import BodyTooSlow
from app.core.unit_of_work import UnitOfWork

from ._calls import Call
from ._cells import columns_of
from ._errors import CsvRefused, LineError, line_errors, too_large
from ._file import File, Row

MOST_COLLECTED = 1000
"""The rest of the file is not tried after so many errors."""


class Import:
    """Imports rows by the function of the route that creates one, so that its service decides.

    `exported` are fields that a file may have and that are ignored, such as `id`.
    """

    def __init__(self, create: Call, exported: Collection[str] = ()) -> None:
        self.create = create
        self.body, self.schema = create.body()
        self.columns = columns_of(self.schema)
        self.ignored = frozenset(exported) - self.columns.keys()

    def read(self, content: bytes, settings: CsvSettings) -> File:
        """Return the file; call it in a thread. Raises CsvRefused, CsvTooLarge."""
        return File(content, self.columns, self.ignored, settings)

    async def write(self, services: dict[str, Any], file: File, row: Row) -> list[LineError]:
        """Create a row, and return what is wrong with it.

        What a repository refuses is undone alone, so that the rows after it are checked too.
        """
        values, errors = file.values_of(row)
        if errors:
            return errors
        try:
            body = self.schema.model_validate(values)
            await self.create(**{self.body: body}, **services)
        except Exception as error:
            return line_errors(row.line, error)
        return []


async def write_rows(rows: Import, work: UnitOfWork, file: File) -> int:
    """Create the rows, and return how many. Raises CsvRefused: roll everything back then."""
    services = rows.create.services_of(work)
    errors: list[LineError] = []
    async with numbers_in_blocks(work, len(file.rows)):
        for row in file.rows:
            errors += await rows.write(services, file, row)
            if len(errors) >= MOST_COLLECTED:
                break
    if errors:
        raise CsvRefused(errors)
    return len(file.rows)


async def read_body(pieces: AsyncIterator[bytes], settings: CsvSettings) -> bytes:
    """Read a body. Raises CsvTooLarge, BodyTooSlow."""
    content = bytearray()
    try:
        async with asyncio.timeout(settings.upload_seconds):
            async for piece in pieces:
                content += piece
                if len(content) > settings.max_bytes:
                    raise too_large(settings)
    except TimeoutError:
        raise BodyTooSlow from None
    return bytes(content)
