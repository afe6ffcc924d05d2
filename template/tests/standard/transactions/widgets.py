"""The rows of the example module."""

from app.core.runtime import Runtime
from app.core.unit_of_work import open_unit
from app.modules.widgets.repositories import WidgetRepository
from tests.support.people import Person


async def names(runtime: Runtime, owner: Person) -> set[str]:
    async with open_unit(runtime, owner.actor, owner.context) as work:
        rows = await WidgetRepository(work.session).list(limit=50)
        return {row.name for row in rows.items}
