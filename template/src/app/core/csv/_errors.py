"""Errors of a file, line by line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from app.config import CsvSettings
from app.core.errors import (
    AppError,
    FieldError,
    Invalid,
    PayloadTooLarge,
    TooManyRequests,
    sentence_of,
)
from app.core.languages import message
from app.core.references import unknown_reference
from app.database.repository import ReferenceNotFound, RowNotFound, ValueNotAllowed

MOST_ERRORS = 100
"""The maximum that is listed; the problem's detail says how many there are."""
NOT_ALLOWED = message("The value is outside of what is allowed here.")
NOTHING = message("There is nothing that this row refers to.")
REFUSALS = (404, 409, 422)
"""Errors about a row. Anything else, such as a missing permission, concerns the request."""


@dataclass(frozen=True, slots=True)
class LineError:
    """An error at a line of the file, the first of its row; `field` is empty for the whole row."""

    line: int
    field: str
    detail: str

    @property
    def pointed(self) -> FieldError:
        steps = ("lines", self.line, self.field) if self.field else ("lines", self.line)
        return FieldError.at(*steps, detail=self.detail)


class CsvRefused(Invalid):
    """The file was not imported: nothing of it was stored.

    The member `errors` lists what is wrong: `/lines/4/number` is the field `number` of the row that
    begins at line 4 of the file. The first line has the names of the fields.
    """

    title = "The file was not imported"
    detail = "Nothing was imported. Errors in the file: {count}."

    def __init__(self, errors: Sequence[LineError]) -> None:
        listed = [error.pointed for error in errors[:MOST_ERRORS]]
        super().__init__(errors=listed, count=len(errors))
        self.lines = tuple(errors)


class CsvTooLarge(PayloadTooLarge):
    """The file is larger than the app imports. Split it, and repeat the first line in each part."""

    title = "The file is too large"
    detail = "A file may have {bytes} bytes and {rows} rows."


class TooManyImports(TooManyRequests):
    """This tenant already has as many files waiting for their import as it may. Wait until one of
    them is imported.
    """

    title = "Too many files wait for their import"
    detail = (
        "At most {most} files may wait for their import. Send this one when one of them is done."
    )


def too_large(settings: CsvSettings) -> CsvTooLarge:
    return CsvTooLarge(bytes=settings.max_bytes, rows=settings.max_rows)


def line_errors(line: int, error: Exception) -> list[LineError]:
    """Return what is wrong with a row. Raises the error if it is not about the row."""
    match error:
        case ValidationError():
            return [
                LineError(line, _field(one["loc"]), sentence_of(dict(one)))
                for one in error.errors(include_url=False, include_input=False)
            ]
        case ReferenceNotFound(column=column):
            return [*_of_problem(line, unknown_reference(column))]
        case ValueNotAllowed(column=column):
            return [LineError(line, column.partition(".")[0], NOT_ALLOWED)]
        case RowNotFound():
            return [LineError(line, "", NOTHING)]
        case AppError() if error.status in REFUSALS:
            return [*_of_problem(line, error)]
        case _:
            raise error


def _of_problem(line: int, problem: AppError) -> Iterator[LineError]:
    """Yield the problem's errors; one that names no field says what the problem says."""
    for each in problem.errors:
        parts = each.pointer.split("/")[2:]
        yield LineError(line, parts[0] if parts else "", each.detail)
    if not problem.errors:
        yield LineError(line, "", problem.detail or problem.title)


def _field(place: Sequence[str | int]) -> str:
    return str(place[0]) if place else ""
