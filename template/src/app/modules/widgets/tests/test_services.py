import pytest

from app.core.unit_of_work import UnitOfWork
from app.database.repository import RowNotFound

from ..services import WidgetService


class TestCreate:
    async def test_returns_the_widget(self, work: UnitOfWork) -> None:
        widget = await WidgetService(work).create(name="First")

        assert widget.name == "First"
        assert widget.tenant_id == work.tenant.tenant_id


class TestGet:
    async def test_finds_the_widget(self, work: UnitOfWork) -> None:
        widget = await WidgetService(work).create(name="First")

        assert await WidgetService(work).get(widget.id) is widget

    async def test_hides_it_from_a_stranger(
        self, work: UnitOfWork, rival_work: UnitOfWork
    ) -> None:
        widget = await WidgetService(work).create(name="First")
        await work.commit()

        with pytest.raises(RowNotFound):
            await WidgetService(rival_work).get(widget.id)


class TestList:
    async def test_has_the_newest_first_page_by_page(self, work: UnitOfWork) -> None:
        for name in ("First", "Second", "Third"):
            await WidgetService(work).create(name=name)

        page = await WidgetService(work).list(limit=2)
        rest = await WidgetService(work).list(limit=2, cursor=page.next_cursor)

        assert [widget.name for widget in page.items] == ["Third", "Second"]
        assert [widget.name for widget in rest.items] == ["First"]
        assert rest.next_cursor is None


class TestChange:
    async def test_keeps_what_is_left_out(self, work: UnitOfWork) -> None:
        widget = await WidgetService(work).create(name="First")

        await WidgetService(work).change(widget.id)
        changed = await WidgetService(work).change(widget.id, name="Second")

        assert changed.name == "Second"


class TestDelete:
    async def test_leaves_nothing(self, work: UnitOfWork) -> None:
        widget = await WidgetService(work).create(name="First")

        await WidgetService(work).delete(widget.id)

        with pytest.raises(RowNotFound):
            await WidgetService(work).get(widget.id)
