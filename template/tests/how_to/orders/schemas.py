import datetime as dt
from decimal import Decimal
from typing import (
    Annotated,
    Literal,
)
from uuid import UUID

from pydantic import (
    EmailStr,
    Field,
    StringConstraints,
)

from app.kit.schemas import (
    Schema,
    omittable,
)

Number = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=20),
]
Total = Annotated[Decimal, Field(max_digits=12, decimal_places=2)]
Status = Literal[
    "open",
    "paid",
    "cancelled",
]
OrderSort = Literal[
    "number",
    "-number",
]


class OrderCreate(Schema):
    number: Number
    email: EmailStr
    total: Total
    status: Status = "open"


class OrderChange(Schema):
    """Fields that are left out stay as they are."""

    number: Number = omittable()
    email: EmailStr = omittable()
    total: Total = omittable()
    status: Status = omittable()


class OrderRead(Schema):
    id: UUID
    number: str
    email: str
    total: Decimal
    status: Status
    created_at: dt.datetime
    updated_at: dt.datetime
