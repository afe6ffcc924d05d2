from typing import Unpack
from uuid import UUID

from app.core.unit_of_work import CurrentWork
from app.kit.rows import Rows

from .events import (
    WidgetChanged,
    WidgetCreated,
    WidgetDeleted,
)
from .permissions import WidgetPermission
from .repositories import (
    Widget,
    WidgetRepository,
    WidgetValues,
)


class WidgetService:
    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.widgets = WidgetRepository(work.session)

    async def list(
        self,
        *,
        limit: int,
        cursor: str | None = None,
    ) -> Rows[Widget]:
        self.work.require(WidgetPermission.READ)
        return await self.widgets.list(
            limit=limit,
            cursor=cursor,
        )

    async def get(self, widget_id: UUID) -> Widget:
        self.work.require(WidgetPermission.READ)
        row = await self.widgets.get(widget_id)
        return self.work.set_etag(row)

    async def create(
        self,
        *,
        name: str,
    ) -> Widget:
        self.work.require(WidgetPermission.CREATE)
        widget = await self.widgets.create(
            name=name,
        )
        self.work.audit(
            "widgets.created",
            after=widget,
        )
        self.work.publish(WidgetCreated(widget.id))
        return self.work.set_etag(widget)

    async def change(
        self,
        widget_id: UUID,
        /,
        **changes: Unpack[WidgetValues],
    ) -> Widget:
        self.work.require(WidgetPermission.CHANGE)
        before = await self.widgets.get_for_change(
            widget_id,
        )
        await self.work.check_if_match(before)
        after = await self.widgets.change(before, **changes)
        if after is not before:
            self.work.audit("widgets.changed", before=before, after=after)
        self.work.publish(WidgetChanged(after.id))
        return self.work.set_etag(after)

    async def delete(self, widget_id: UUID) -> None:
        self.work.require(WidgetPermission.DELETE)
        row = await self.widgets.get_for_update(
            widget_id,
        )
        await self.work.check_if_match(row)
        await self.widgets.delete(row)
        self.work.audit("widgets.deleted", before=row)
        self.work.publish(WidgetDeleted(widget_id))
