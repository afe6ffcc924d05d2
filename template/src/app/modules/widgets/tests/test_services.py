import pytest

from app.core.audit import list_acts
from app.core.unit_of_work import UnitOfWork
from app.database.repository import RowNotFound

from ..services import WidgetService
from .factory import make_widget


class TestCreate:
    async def test_gives_the_row_to_the_tenant(self, work: UnitOfWork) -> None:
        row = await make_widget(work)

        assert row.tenant_id == work.tenant.tenant_id


class TestGet:
    async def test_finds_the_row(self, work: UnitOfWork) -> None:
        row = await make_widget(work)

        found = await WidgetService(work).get(row.id)

        assert found.id == row.id

    async def test_hides_it_from_others(self, work: UnitOfWork, rival_work: UnitOfWork) -> None:
        row = await make_widget(work)
        await work.commit()

        with pytest.raises(RowNotFound):
            await WidgetService(rival_work).get(row.id)


class TestList:
    async def test_has_the_newest_first_page_by_page(self, work: UnitOfWork) -> None:
        rows = [await make_widget(work) for _ in range(3)]
        first, second, third = [row.id for row in rows]
        service = WidgetService(work)

        page = await service.list(limit=2)
        rest = await service.list(limit=2, cursor=page.next_cursor)

        assert [row.id for row in page.items] == [third, second]
        assert [row.id for row in rest.items] == [first]
        assert rest.next_cursor is None


class TestDelete:
    async def test_leaves_nothing(self, work: UnitOfWork) -> None:
        row = await make_widget(work)

        await WidgetService(work).delete(row.id)

        with pytest.raises(RowNotFound):
            await WidgetService(work).get(row.id)


class TestAudit:
    async def test_has_an_entry_of_each_act(self, work: UnitOfWork) -> None:
        row = await make_widget(work)
        await WidgetService(work).delete(row.id)
        await work.commit()

        entries = await list_acts(work, subject_id=row.id, limit=3)

        assert [entry.action for entry in entries.items] == [
            "widgets.deleted",
            "widgets.created",
        ]
