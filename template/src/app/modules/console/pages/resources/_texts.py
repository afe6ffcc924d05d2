"""Collect the names of schemas, fields and choices, for catalogues."""

from collections.abc import Iterable, Iterator

from fastapi import FastAPI

from app.core.http.routing import StrictRoute, include
from app.core.module import Module

from ._fields import Field, Kind, title_of
from ._find import API, Resource, find_resources


def find_texts(modules: tuple[Module, ...]) -> Iterator[tuple[str, str]]:
    """Yield each text and the file of the schema that it is from."""
    app = FastAPI()
    for module in modules:
        for router in module.routers:
            include(app, router, prefix=API.rstrip("/"), kind=StrictRoute)
    for resource in find_resources(app).values():
        yield from ((text, _file(resource.row)) for text in _texts_of(resource) if text)


def _texts_of(resource: Resource) -> Iterator[str]:
    yield resource.title.english
    yield from map(title_of, resource.verbs)
    yield from _of_fields((*resource.fields, *resource.columns, *resource.filters))
    yield from _of_fields((*resource.create_fields, *resource.change_fields))


def _of_fields(fields: Iterable[Field]) -> Iterator[str]:
    for field in fields:
        yield field.label.english
        yield field.hint.english
        if field.kind is Kind.CHOICE:
            yield from (field.name_of(each).english for each in field.choices)
        yield from _of_fields(field.shown_rows)


def _file(schema: type) -> str:
    return schema.__module__.removeprefix("app.").replace(".", "/") + ".py"
