import pytest

from app.config import ModuleSettings
from app.core.runtime import ModuleNotStarted, Runtime


class InvoiceSettings(ModuleSettings):
    __module__ = "app.modules.invoices.settings"


class TestSettingsOf:
    def test_a_module_that_is_not_started_say_which_one_to_name(self, runtime: Runtime) -> None:
        with pytest.raises(ModuleNotStarted, match=r"InvoiceSettings belongs .*invoices, which"):
            runtime.settings_of(InvoiceSettings)

        with pytest.raises(KeyError) as missing:
            runtime.module_settings[InvoiceSettings]
        assert "name app.modules.invoices in depends_on" in str(missing.value)
