from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from app.kit.schemas import BLANK, Schema
from app.kit.texts import Seen

FREE = r"[^/\\\x00-\x1f\x7f]*"
FileName = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=255,
        pattern=rf"^{FREE}[^/\\{BLANK}]{FREE}$",
    ),
    Seen,
]


class FileRead(Schema):
    id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    created_by: UUID | None
    created_at: datetime


class FileLink(Schema):
    """A link that works without a log-in, until it expires."""

    url: str
    expires_at: datetime
