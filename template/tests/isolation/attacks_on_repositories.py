"""Attacks with every repository method, on any table, with the other tenant's ids and rows."""

from typing import Any

from app.database.pagination import encode_cursor
from app.database.repository import Repository
from app.database.session import TenantSession
from app.kit.ids import new_id

from .raids import Attacks, Raid

verbs = Attacks({})


def _repository(raid: Raid, session: TenantSession | None = None) -> Any:
    return type("Attacked", (Repository,), {"model": raid.model})(session or raid.session)


async def _held_by_them(raid: Raid) -> Any:
    async with raid.arena.session_of(raid.arena.foreign.context) as session:
        return await _repository(raid, session).get(raid.target)


@verbs
async def repository_get(raid: Raid) -> Any:
    return vars(await _repository(raid).get(raid.target))


@verbs
async def repository_find(raid: Raid) -> Any:
    found = await _repository(raid).find(raid.target)
    return vars(found) if found else None


@verbs
async def repository_list(raid: Raid) -> Any:
    return [vars(row) for row in (await _repository(raid).list(limit=1000)).items]


@verbs
async def repository_list_behind_a_cursor(raid: Raid) -> Any:
    page = await _repository(raid).list(limit=1000, cursor=encode_cursor(new_id()))
    return [vars(row) for row in page.items]


@verbs
async def repository_query(raid: Raid) -> Any:
    repository = _repository(raid)
    return await repository.all(repository.query())


@verbs
async def repository_page(raid: Raid) -> Any:
    repository = _repository(raid)
    return (await repository.page(repository.query(), limit=1000, cursor=None)).items


@verbs
async def repository_create_for_them(raid: Raid) -> Any:
    await _repository(raid).create(**await raid.new_for_them())


@verbs
async def repository_change_of_their_row(raid: Raid) -> Any:
    await _repository(raid).change(await _held_by_them(raid), **raid.change)


@verbs
async def repository_gives_own_row_away(raid: Raid) -> Any:
    mine = await _repository(raid).get(raid.mine["id"])
    await _repository(raid).change(mine, tenant_id=raid.foreign_tenant)


@verbs
async def repository_delete_of_their_row(raid: Raid) -> Any:
    await _repository(raid).delete(await _held_by_them(raid))
