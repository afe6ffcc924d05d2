"""Find the resources in the routes of the app: a list, and what can be done with its rows."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.core.languages import Text
from app.core.module import find_part
from app.core.permissions import guard_of
from app.core.tables import tables_of

from ...customization import Console
from ._fields import Field, Kind, describe_parameter, fields_of, title_of

API = "/api/v1/"
ROW = re.compile(r"/\{(\w+)\}")
OF_A_FILE = re.compile(r"/\{(\w+)\}/content")
OF_A_ROW = {"GET": "read", "PATCH": "change", "PUT": "change", "DELETE": "delete"}
WITH_A_FORM = ("create", "change")
OF_A_LIST = {"sort", "limit", "cursor"}
OF_EVERY_ROW = ("id", "updated_at")
MOST_COLUMNS = 8
LENGTHY = (Kind.LONG_TEXT, Kind.JSON, Kind.LINES)


@dataclass(frozen=True)
class Action:
    """A route, which the console calls as clients do."""

    route: APIRoute
    guard: str | None

    @property
    def body(self) -> type[BaseModel] | None:
        field = self.route.body_field
        kind = field.field_info.annotation if field else None
        return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None

    def url_of(self, row_id: object) -> str:
        """Return the path of the API for a row."""
        return self.route.path_format.format(**dict.fromkeys(self.route.param_convertors, row_id))


@dataclass(frozen=True)
class Resource:
    """Rows of one kind. `key` is its path in the API, with dots."""

    key: str
    module: str
    row: type[BaseModel]
    list: Action
    actions: Mapping[str, Action]
    verbs: Mapping[str, Action]
    targets: Mapping[str, str]
    files: Mapping[str, Action] = field(default_factory=dict)
    """The routes of CSV: `export` and `import`, and `report` of a file that a job imports; and
    those of rows that are files: `upload` and `download`.
    """
    console: Console = field(default_factory=Console)

    @property
    def path(self) -> str:
        return f"/console/data/{self.key}"

    @property
    def title(self) -> Text:
        """The heading: what superusers see of all tenants is named so."""
        found = title_of(self.key.rpartition(".")[2])
        everybodys = f"All {found.lower()}" if self.key.startswith("admin.") else found
        return Text(self.console.title or everybodys)

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The fields of a row that is read, with the kinds of those that are written.

        A schema to read says of many only that they are text.
        """
        written = {each.name: each.kind for each in (*self.change_fields, *self.create_fields)}
        return tuple(
            replace(each, kind=written.get(each.name, Kind.TEXT))
            if each.kind is Kind.LONG_TEXT
            else each
            for each in self._known(fields_of(self.row, mode="serialization"))
        )

    @cached_property
    def columns(self) -> tuple[Field, ...]:
        """The columns of the list: those that were chosen, or the first that are short."""
        by_name = {each.name: each for each in self.fields}
        if chosen := self.console.columns:
            return tuple(by_name.get(name) or self._column(name) for name in chosen)
        short = [each for each in self.fields if each.name not in OF_EVERY_ROW]
        return tuple([each for each in short if each.kind not in LENGTHY][:MOST_COLUMNS])

    @cached_property
    def filters(self) -> tuple[Field, ...]:
        parameters = self.list.route.dependant.query_params
        return self._known(
            describe_parameter(each.alias, each.field_info.annotation)
            for each in parameters
            if each.alias not in OF_A_LIST
        )

    @cached_property
    def sorts(self) -> tuple[str, ...]:
        """The names by which the list can be sorted, both directions of each."""
        for each in self.list.route.dependant.query_params:
            if each.alias == "sort":
                return tuple(
                    map(str, describe_parameter("sort", each.field_info.annotation).choices)
                )
        return ()

    @cached_property
    def create_fields(self) -> tuple[Field, ...]:
        return self._fields_of("create")

    @cached_property
    def change_fields(self) -> tuple[Field, ...]:
        """The fields of a change, whose form shows the whole row."""
        found = self._fields_of("change")
        return tuple(replace(each, required=not each.nullable, default=None) for each in found)

    def shown_once(self, action: Action) -> tuple[Field, ...]:
        """The fields of an answer that is no row, such as a secret that is never shown again."""
        model = action.route.response_model
        if model is self.row or not isinstance(model, type) or not issubclass(model, BaseModel):
            return ()
        return fields_of(model, mode="serialization")

    def can(self, action: str) -> bool:
        return action in self.actions

    def _fields_of(self, action: str) -> tuple[Field, ...]:
        body = self.actions[action].body if action in self.actions else None
        return self._known(fields_of(body)) if body else ()

    def _known(self, fields: Any) -> tuple[Field, ...]:
        """Return the fields with the labels that the module gives, and what they refer to."""
        labels = self.console.labels
        return tuple(
            replace(
                each,
                label=Text(labels[each.name]) if each.name in labels else each.label,
                target=self.targets.get(each.name, ""),
            )
            for each in fields
        )

    def _column(self, name: str) -> Field:
        return Field(name, Text(self.console.labels.get(name, title_of(name))), Kind.TEXT)


def find_action(app: FastAPI, method: str, path: str) -> Action | None:
    """Return the route of the API, or None where its module was not chosen."""
    found: dict[tuple[str, str], Action] | None = getattr(app.state, "console_actions", None)
    if found is None:
        found = app.state.console_actions = {
            place: Action(route, guard_of(route.endpoint)) for place, route in _routes(app).items()
        }
    return found.get((method, path))


def find_resources(app: FastAPI) -> dict[str, Resource]:
    """Return the resources by key, found once for each app."""
    found: dict[str, Resource] | None = getattr(app.state, "console_resources", None)
    if found is None:
        found = app.state.console_resources = {each.key: each for each in _resources(app)}
    return found


def _routes(app: FastAPI) -> dict[tuple[str, str], APIRoute]:
    return {
        (method, route.path.removeprefix(API)): route
        for route in app.routes
        if isinstance(route, APIRoute) and route.path.startswith(API)
        for method in route.methods or ()
    }


def _resources(app: FastAPI) -> Iterator[Resource]:
    routes = _routes(app)
    lists = {
        path: row
        for (method, path), route in routes.items()
        if method == "GET" and "{" not in path and (row := _row_of(route)) is not None
    }
    tables = _tables(routes, lists)
    for path, row in lists.items():
        yield _resource(path, row, routes, tables)


def _resource(
    path: str,
    row: type[BaseModel],
    routes: Mapping[tuple[str, str], APIRoute],
    tables: Mapping[str, str],
) -> Resource:
    package = _package_of(routes["GET", path])
    return Resource(
        key=path.replace("/", "."),
        module=package.rpartition(".")[2],
        row=row,
        list=Action(routes["GET", path], guard_of(routes["GET", path].endpoint)),
        actions=_actions(path, routes),
        verbs=_verbs(path, routes),
        targets=_targets(package, path, tables),
        files=_files(path, routes),
        console=_console(package, path),
    )


def _actions(path: str, routes: Mapping[tuple[str, str], APIRoute]) -> dict[str, Action]:
    """Return what can be done with a form: a route that takes a file, for example, has none."""
    found: dict[str, Action] = {}
    for (method, other), route in routes.items():
        is_row = ROW.fullmatch(other.removeprefix(path)) if other.startswith(path) else None
        name = OF_A_ROW.get(method) if is_row else None
        if (other, method) == (path, "POST"):
            name = "create"
        action = Action(route, guard_of(route.endpoint))
        if name and (name not in WITH_A_FORM or action.body is not None):
            found.setdefault(name, action)
    return found


def _verbs(path: str, routes: Mapping[tuple[str, str], APIRoute]) -> dict[str, Action]:
    """Return the routes that take nothing but a row, by the last word of their path."""
    found: dict[str, Action] = {}
    for (method, other), route in routes.items():
        place, _, verb = other.rpartition("/")
        takes = [*route.dependant.body_params, *route.dependant.query_params]
        if (
            method == "POST"
            and other.startswith(f"{path}/{{")
            and ROW.fullmatch(place.removeprefix(path))
            and "{" not in verb
            and not any(each.field_info.is_required() for each in takes)
        ):
            found[verb] = Action(route, guard_of(route.endpoint))
    return found


def _files(path: str, routes: Mapping[tuple[str, str], APIRoute]) -> dict[str, Action]:
    places = {
        "export": ("GET", f"{path}/csv"),
        "import": ("POST", f"{path}/csv"),
        "report": ("GET", f"{path}/csv/{{import_id}}"),
    }
    found = {name: routes[place] for name, place in places.items() if place in routes}
    if (upload := routes.get(("POST", path))) and _takes_a_file(upload):
        found["upload"] = upload
    for (method, other), route in routes.items():
        if method == "GET" and OF_A_FILE.fullmatch(other.removeprefix(path)):
            found["download"] = route
    return {name: Action(route, guard_of(route.endpoint)) for name, route in found.items()}


def _takes_a_file(route: APIRoute) -> bool:
    """True if the body is the file itself, and its name a parameter."""
    body = (route.openapi_extra or {}).get("requestBody", {})
    names = {each.alias for each in route.dependant.query_params}
    return "application/octet-stream" in body.get("content", {}) and names == {"name"}


def _row_of(route: APIRoute) -> type[BaseModel] | None:
    """Return the schema of the rows if the route returns a page of them."""
    model = route.response_model
    fields = getattr(model, "model_fields", {})
    if not {"items", "next_cursor"} <= fields.keys():
        return None
    [row] = fields["items"].annotation.__args__
    return row if isinstance(row, type) else None


def _package_of(route: APIRoute) -> str:
    """Return the package of the module that the route belongs to."""
    return ".".join(route.endpoint.__module__.split(".")[:3])


def _tables(
    routes: Mapping[tuple[str, str], APIRoute], lists: Mapping[str, type[BaseModel]]
) -> dict[str, str]:
    """Return the key of the resource that shows a table's rows, by the table's name."""
    found: dict[str, str] = {}
    for path in sorted(lists, key=lambda each: each.startswith("admin/")):
        for table in tables_of(_package_of(routes["GET", path])):
            if table.replace("_", "-").endswith(path.rpartition("/")[2].replace("_", "-")):
                found.setdefault(table, path.replace("/", "."))
    return found


def _targets(package: str, path: str, tables: Mapping[str, str]) -> dict[str, str]:
    """Return the key of what a field refers to, from the foreign keys of the resource's table."""
    key = path.replace("/", ".")
    columns = next((cs for own, cs in tables_of(package).items() if tables.get(own) == key), {})
    return {name: tables[table] for name, table in columns.items() if table in tables}


def _console(package: str, path: str) -> Console:
    """Return what the module's console.py says: `console`, or for one of several `consoles`."""
    said = find_part(package, "console")
    by_path: Mapping[str, Console] = getattr(said, "consoles", {})
    return by_path.get(path, getattr(said, "console", Console()))
