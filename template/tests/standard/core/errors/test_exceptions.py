import pytest

from app.core.errors import AppError, Conflict, Unauthenticated, Unavailable


class ProjectLimitReached(Conflict):
    pass


class HTTPGone(AppError):
    status = 410
    slug = "gone"
    title = "It has left"


class TestAModulesError:
    def test_takes_slug_and_title_from_its_name(self) -> None:
        assert ProjectLimitReached.slug == "project-limit-reached"
        assert ProjectLimitReached.title == "Project limit reached"

    def test_inherits_status_and_sentence(self) -> None:
        error = ProjectLimitReached()

        assert error.status == 409
        assert error.detail == Conflict.detail

    def test_may_write_its_own(self) -> None:
        assert (HTTPGone.slug, HTTPGone.title, HTTPGone.status) == ("gone", "It has left", 410)

    def test_keeps_its_values(self) -> None:
        assert ProjectLimitReached(limit=3).values == {"limit": 3}

    def test_prefers_the_sentence_it_was_raised_with(self) -> None:
        assert str(ProjectLimitReached("Three at most.")) == "Three at most."

    def test_fails_loudly_when_a_value_is_missing(self) -> None:
        class Taken(Conflict):
            detail = "{key} is taken."

        with pytest.raises(KeyError):
            Taken()

    def test_does_not_read_braces_in_values(self) -> None:
        class Used(Conflict):
            detail = "{key} is used."

        assert Used(key="{key.__class__}").detail == "{key.__class__} is used."


class TestHeaders:
    def test_given_ones_win(self) -> None:
        error = Unauthenticated(headers={"WWW-Authenticate": "Basic"})

        assert error.headers == {"WWW-Authenticate": "Basic"}

    def test_belong_to_one_error_only(self) -> None:
        Unavailable(retry_after=30)

        assert Unavailable().headers == {"Retry-After": "1"}
