"""Values of a bill, which has a field of each plain type."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

BILL: dict[str, Any] = {
    "id": UUID(int=7),
    "number": "A",
    "note": None,
    "status": "sent",
    "total": Decimal("12.50"),
    "day": date(2026, 3, 1),
    "at": datetime(2026, 3, 1, tzinfo=UTC),
    "count": 1,
    "urgent": True,
}
