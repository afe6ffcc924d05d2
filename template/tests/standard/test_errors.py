from collections import Counter

from app.core.errors import AppError
from app.core.module import find_modules


def test_each_kind_of_error_has_a_page_of_its_own() -> None:
    find_modules()  # loads every module's errors.py

    pages = Counter(kind.slug for kind in below(AppError) if kind.__module__.startswith("app."))

    assert [slug for slug, kinds in pages.items() if kinds > 1] == []


def below(kind: type[AppError]) -> set[type[AppError]]:
    return {kind}.union(*(below(child) for child in kind.__subclasses__()))
