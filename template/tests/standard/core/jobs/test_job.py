from typing import Any

import pytest

from app.core.jobs import JobRegistry, job


async def close(work: Any) -> None: ...


class TestName:
    def test_is_the_module_and_the_function(self) -> None:
        assert job(close).name == "tests.standard.test_job.close"

    def test_of_a_module_is_short(self) -> None:
        close.__module__ = "app.modules.projects.jobs"

        assert job(close).name == "projects.close"

    def test_is_given_once(self) -> None:
        with pytest.raises(ValueError, match=r"two jobs are called a\.b"):
            JobRegistry([job(name="a.b")(close), job(name="a.b")(close)])


class TestSchedule:
    def test_says_for_whom(self) -> None:
        with pytest.raises(ValueError, match="for each_tenant or without_tenant"):
            job(cron="* * * * *")(close)

    def test_is_read_at_once(self) -> None:
        with pytest.raises(ValueError, match="'at noon' is no schedule"):
            job(cron="at noon", each_tenant=True)(close)

    def test_passes_no_arguments(self) -> None:
        async def close_one(work: Any, project: int) -> None: ...

        with pytest.raises(TypeError, match="project: field required"):
            job(cron="* * * * *", each_tenant=True)(close_one)
