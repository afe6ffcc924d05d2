import datetime as dt
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from app.kit.schemas import (
    Schema,
    omittable,
)

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120),
]


class WidgetCreate(Schema):
    name: Name


class WidgetChange(Schema):
    """Fields that are left out stay as they are."""

    name: Name = omittable()


class WidgetRead(Schema):
    id: UUID
    name: str
    created_at: dt.datetime
    updated_at: dt.datetime
