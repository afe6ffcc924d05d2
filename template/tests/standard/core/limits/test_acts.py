import pytest

from app.core.errors import TooManyRequests
from app.core.unit_of_work import UnitOfWork


class TestLimit:
    async def test_counts_for_the_tenant(self, work: UnitOfWork, rival_work: UnitOfWork) -> None:
        await work.limit("exports", "1/hour")

        with pytest.raises(TooManyRequests) as refused:
            await work.limit("exports", "1/hour")
        assert 3590 <= int(refused.value.headers["Retry-After"]) <= 3600
        await rival_work.limit("exports", "1/hour")

    async def test_counts_each_for_itself(self, work: UnitOfWork) -> None:
        await work.limit("emails", "1/hour", of="ada@example.com")
        await work.limit("emails", "1/hour", of="bob@example.com")

        with pytest.raises(TooManyRequests):
            await work.limit("emails", "1/hour", of="ada@example.com")

    @pytest.mark.parametrize("rate", ["off", "often"])
    async def test_takes_a_rate(self, work: UnitOfWork, rate: str) -> None:
        with pytest.raises(
            ValueError, match="off is no rate" if rate == "off" else "like 10/minute"
        ):
            await work.limit("exports", rate)
