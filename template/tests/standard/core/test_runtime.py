import pytest

from app.config import ModuleSettings, Settings
from app.core.runtime import ModuleNotStarted, Runtime
from app.main import create_app
from tests.support.clients import client_of
from tests.support.modules import modules_for
from tests.support.people import create_tenant

ALL_TENANTS = "/api/v1/admin/tenants"


class InvoiceSettings(ModuleSettings):
    __module__ = "app.modules.invoices.settings"


class TestSettingsOf:
    def test_a_module_that_is_not_started_say_which_one_to_name(self, runtime: Runtime) -> None:
        with pytest.raises(ModuleNotStarted, match=r"InvoiceSettings belongs .*invoices, which"):
            runtime.settings_of(InvoiceSettings)

        with pytest.raises(KeyError) as missing:
            runtime.module_settings[InvoiceSettings]
        assert "name app.modules.invoices in depends_on" in str(missing.value)


class TestAProcessWithoutTheAdministratorsLogIn:
    async def test_serves_one_tenant_at_a_time(
        self, settings: Settings, request: pytest.FixtureRequest, runtime: Runtime
    ) -> None:
        urls = {"owner_url": None, "admin_url": None}
        serving = settings.model_copy(
            update={"database": settings.database.model_copy(update=urls)}
        )
        superuser = await create_tenant(runtime, is_superuser=True)

        app = create_app(serving, modules_for(request.session.items))
        async with app.router.lifespan_context(app), client_of(app, superuser) as client:
            mine = await client.get("/api/v1/tenants/current")
            others = await client.get(ALL_TENANTS)

        assert mine.status_code == 200
        assert others.status_code == 403
        assert others.json()["type"].endswith("/errors/one-tenant-at-a-time")
