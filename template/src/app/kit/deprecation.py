"""Mark operations and fields that will go away.

    @router.get("/old")
    @permission(ThingPermission.READ)
    @deprecated(since=date(2026, 9, 1), sunset=date(2027, 3, 1), instead="/api/v2/things")
    async def list_old(…)

    class ThingCreate(Schema):
        colour: Annotated[str, Deprecated(since=date(2026, 9, 1))] = "none"

Responses then have the headers `Deprecation` (RFC 9745) and `Sunset` (RFC 8594); for a field, if
the request sent it. The document says so, and each use is in the log and in a metric.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Any, TypeVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

MARK = "__deprecated_since__"
used: ContextVar[dict[str, "Deprecated"] | None] = ContextVar("used", default=None)
"""Deprecated fields that the current request has sent; None where nobody asks."""


@dataclass(frozen=True, kw_only=True)
class Deprecated:
    """Since when something is deprecated, when it goes, and what to use instead.

    In `Annotated[…]` it marks a field of a request's body.
    """

    since: date
    sunset: date | None = None
    instead: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers; `Link` leads to the successor."""
        since = datetime.combine(self.since, time(), UTC)
        headers = {"Deprecation": f"@{int(since.timestamp())}"}
        if self.sunset is not None:
            end = datetime.combine(self.sunset, time(), UTC)
            headers["Sunset"] = format_datetime(end, usegmt=True)
        if self.instead.startswith("/"):
            headers["Link"] = f'<{self.instead}>; rel="successor-version"'
        return headers

    @property
    def sentence(self) -> str:
        end = f", and goes on {self.sunset}" if self.sunset else ""
        instead = f": use {self.instead} instead" if self.instead else ""
        return f"Deprecated since {self.since}{end}{instead}."

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_before_validator_function(self._note, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(schema), "deprecated": True, "description": self.sentence}

    def _note(self, value: Any, info: ValidationInfo) -> Any:
        noted = used.get()
        if noted is not None:
            noted[str(info.field_name)] = self
        return value


def deprecated(
    *, since: date, sunset: date | None = None, instead: str = ""
) -> Callable[[Endpoint], Endpoint]:
    """Mark an operation. `instead` is the path of its successor, or a few words."""
    what = Deprecated(since=since, sunset=sunset, instead=instead)

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, MARK, what)
        return endpoint

    return mark


def deprecation_of(endpoint: object) -> Deprecated | None:
    found: Deprecated | None = getattr(endpoint, MARK, None)
    return found
