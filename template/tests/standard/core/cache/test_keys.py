from uuid import UUID

import pytest

from app.core.cache import EVERYONE, cache_key
from app.core.tenancy import PersonContext, TenantContext, TenantContextRequired

ACME = TenantContext(UUID(int=1))
GLOBEX = TenantContext(UUID(int=2))


class TestCacheKey:
    def test_differs_by_tenant(self) -> None:
        keys = {cache_key(owner, "prices", ("a",)) for owner in (ACME, GLOBEX, EVERYONE)}

        assert len(keys) == 3

    @pytest.mark.parametrize("owner", [None, PersonContext(UUID(int=1)), "everyone", UUID(int=1)])
    def test_refuses_whoever_is_no_tenant(self, owner: object) -> None:
        with pytest.raises(TenantContextRequired):
            cache_key(owner, "prices", ("a",))  # type: ignore[arg-type]  # on purpose

    def test_keeps_parts_apart(self) -> None:
        parts = [("a", "b"), ("a:b",), ('a","b',), ("ab",), (1,), ("1",), (None,), ("None",), ()]

        assert len({cache_key(ACME, "prices", each) for each in parts}) == len(parts)
