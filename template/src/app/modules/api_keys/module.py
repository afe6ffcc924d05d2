from app.core.auth import FoundKey
from app.core.module import Module
from app.core.permissions import Role
from app.core.personal_data import PersonalData
from app.core.unit_of_work import UnitOfWork

from .permissions import ApiKeyPermission
from .routes import router
from .services import ApiKeyService, export_keys_of
from .settings import ApiKeySettings


async def find_api_key(work: UnitOfWork, secret_hash: str) -> FoundKey | None:
    return await ApiKeyService(work).find(secret_hash)


module = Module(
    name="api_keys",
    uses=("tenants", "users"),
    routers=(router,),
    personal_data=PersonalData(in_tenant=export_keys_of),
    permissions={
        ApiKeyPermission.READ: Role.ADMIN,
        ApiKeyPermission.CREATE: Role.ADMIN,
        ApiKeyPermission.REVOKE: Role.ADMIN,
    },
    find_api_key=find_api_key,
    settings=ApiKeySettings,
)
