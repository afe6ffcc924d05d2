"""Repositories declare for mypy what their models and filters have."""

from collections.abc import Iterator
from typing import Any, Unpack, get_args, get_origin, get_type_hints

import pytest

from app.core.module import find_modules
from app.database.mixins import linked_ids, owned_rows
from app.database.repository import Repository


def repositories(kind: type[Any] = Repository) -> Iterator[type[Any]]:
    find_modules()
    for heir in kind.__subclasses__():
        if heir.__module__.startswith("app.modules."):
            yield heir
        yield from repositories(heir)


def named(repository: type[Any], verb: str) -> dict[str, Any] | None:
    """Return the keywords that the repository's own verb is typed with, or None."""
    method = vars(repository).get(verb)
    hints = get_type_hints(method) if method else {}
    keywords = hints.get("filters" if verb == "list" else "values")
    return get_type_hints(*get_args(keywords)) if get_origin(keywords) is Unpack else None


REPOSITORIES = sorted(repositories(), key=lambda each: each.__qualname__)


@pytest.mark.parametrize("repository", REPOSITORIES, ids=lambda each: each.__name__)
class TestTypedVerbs:
    def test_have_columns_of_the_model(self, repository: type[Any]) -> None:
        columns = repository.model.__mapper__.columns
        lists = {each.name for each in linked_ids(repository.model)}
        lists |= {each.name for each in owned_rows(repository.model)}
        for verb in ("create", "change"):
            for name, kind in (named(repository, verb) or {}).items():
                if name in lists:
                    continue
                assert name in columns, f"{name} is no column of {repository.model.__name__}"
                assert (type(None) in get_args(kind)) == bool(columns[name].nullable), name

    def test_have_the_declared_filters(self, repository: type[Any]) -> None:
        filters = named(repository, "list")

        assert filters is None or filters.keys() == set(repository._filter_names)
