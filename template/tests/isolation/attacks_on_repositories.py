"""Attacks with every repository method, on any table, with the other tenant's ids and rows."""

from functools import cache
from typing import Any

from app.database.pagination import encode_cursor
from app.database.repository import Repository
from app.database.session import TenantSession
from app.kit.ids import new_id

from .attacker import Attacker, Attacks

verbs = Attacks({})


def _repository(attacker: Attacker, session: TenantSession | None = None) -> Any:
    return _class_for(attacker.model)(session or attacker.session)


@cache
def _class_for(model: Any) -> Any:
    """Compile a model's statements once, and not for each attack."""
    return type("Attacked", (Repository,), {"model": model})


async def _held_by_them(attacker: Attacker) -> Any:
    async with attacker.two_tenants.session_of(attacker.two_tenants.foreign.context) as session:
        return await _repository(attacker, session).get(attacker.target)


@verbs
async def repository_get(attacker: Attacker) -> Any:
    return vars(await _repository(attacker).get(attacker.target))


@verbs
async def repository_find(attacker: Attacker) -> Any:
    found = await _repository(attacker).find(attacker.target)
    return vars(found) if found else None


@verbs
async def repository_list(attacker: Attacker) -> Any:
    return [vars(row) for row in (await _repository(attacker).list(limit=1000)).items]


@verbs
async def repository_list_behind_a_cursor(attacker: Attacker) -> Any:
    page = await _repository(attacker).list(limit=1000, cursor=encode_cursor(new_id()))
    return [vars(row) for row in page.items]


@verbs
async def repository_query(attacker: Attacker) -> Any:
    repository = _repository(attacker)
    return await repository.all(repository.query())


@verbs
async def repository_page(attacker: Attacker) -> Any:
    repository = _repository(attacker)
    return (await repository.page(repository.query(), limit=1000, cursor=None)).items


@verbs
async def repository_create_for_them(attacker: Attacker) -> Any:
    await _repository(attacker).create(**await attacker.new_for_them())


@verbs
async def repository_change_of_their_row(attacker: Attacker) -> Any:
    await _repository(attacker).change(await _held_by_them(attacker), **attacker.change)


@verbs
async def repository_gives_own_row_away(attacker: Attacker) -> Any:
    mine = await _repository(attacker).get(attacker.mine["id"])
    await _repository(attacker).change(mine, tenant_id=attacker.foreign_tenant)


@verbs
async def repository_delete_of_their_row(attacker: Attacker) -> Any:
    await _repository(attacker).delete(await _held_by_them(attacker))
