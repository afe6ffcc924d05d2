"""The API's answers about an import."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from app.kit.schemas import Schema

State = Literal["waiting", "done", "refused", "failed"]


class CsvError(Schema):
    """An error in a row."""

    line: int = Field(description="The line of the file where the row begins; the first is 1.")
    field: str = Field(description="The name of the field; empty if it is about the whole row.")
    detail: str


class CsvReport(Schema):
    """The result of an import: all rows of the file are created, or none."""

    id: UUID | None = Field(description="Of a file that waits for a job, or did; null otherwise.")
    state: State
    rows: int = Field(description="The rows in the file, without the names of the fields.")
    created: int
    errors: list[CsvError]
