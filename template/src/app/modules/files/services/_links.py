import json
from datetime import datetime, timedelta
from uuid import UUID

from joserfc.errors import JoseError

from app.core.auth import Actor
from app.core.tenancy import TenantContext
from app.core.unit_of_work import CurrentWork
from app.kit import clock
from app.modules.tenants import TenantService

from ..errors import LinkInvalid
from ..settings import FileSettings
from ._files import Content, FileService

PURPOSE = "files.link"


class LinkService:
    """Makes and follows links. They are encrypted, not stored, so they cannot be revoked."""

    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.encrypter = work.runtime.encrypter
        self.public_url = work.runtime.settings.public_url

    async def make(self, file_id: UUID) -> tuple[str, datetime]:
        """Return the token and its expiry, for an actor who may read the file."""
        file = await FileService(self.work).get(file_id)
        minutes = self.work.runtime.settings_of(FileSettings).link_minutes
        until = clock.now() + timedelta(minutes=minutes)
        told = [PURPOSE, str(file.tenant_id), str(file.id), until.timestamp()]
        return self.encrypter.encrypt(json.dumps(told)), until

    async def follow(self, token: str) -> Content:
        """Open the link's file as the system, in the link's tenant. Raises LinkInvalid."""
        context, file_id = self._read(token)
        system = Actor.system(context.tenant_id)
        async with self.work.within(context, actor=system) as work:
            if not await TenantService(work).is_open():
                raise LinkInvalid
            return await FileService(work).open(file_id)

    def _read(self, token: str) -> tuple[TenantContext, UUID]:
        try:
            purpose, tenant_id, file_id, until = json.loads(self.encrypter.decrypt(token))
        except (JoseError, ValueError):
            raise LinkInvalid from None
        if purpose != PURPOSE or clock.now().timestamp() >= until:
            raise LinkInvalid
        return TenantContext(UUID(tenant_id)), UUID(file_id)
