"""Names that users give cannot break a line, or reverse its direction, for other readers.

Tests the fields of all routes of the standard's modules, by the fields' names.
"""

import re
from collections.abc import Iterator
from inspect import isclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, TypeAdapter, ValidationError

from app.kit.texts import Plain, Seen, plain, seen

STANDARD = re.compile(
    r"app\.modules\.(api_keys|audit|files|notifications|tenants|users|webhooks)\b"
)
NAME = re.compile(r"(^|_)(name|title|description|label)$")
SENT_IN_MAILS = re.compile(r"^(full_name|tenant_name)$")
UNWANTED = [
    "\n", "\r\n", "\t", "\x1b", "\x7f", "\x85", "\x9b", "\u2028", "\u2029",
    "\u061c", "\u200b", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e",
    "\u2060", "\u2066", "\u2067", "\u2068", "\u2069", "\ufeff",
]  # fmt: skip


def named_fields(app: FastAPI) -> Iterator[tuple[str, str, TypeAdapter[Any]]]:
    """Yield the text fields with names like `name`, and their validators."""
    for context in iter_route_contexts(app.routes):
        endpoint = context.endpoint
        if endpoint is None or not STANDARD.match(getattr(endpoint, "__module__", "")):
            continue
        for name, hint in get_type_hints(endpoint, include_extras=True).items():
            where = f"{endpoint.__module__}.{endpoint.__name__}"
            for field, kind in _texts(name, hint):
                yield f"{where}: {field}", field, TypeAdapter(kind)


def _texts(name: str, hint: Any) -> Iterator[tuple[str, Any]]:
    if name == "return":
        return
    if isclass(hint) and issubclass(hint, BaseModel):
        for inner, info in hint.model_fields.items():
            kind = (
                Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
            )
            yield from _texts(inner, kind)
    elif NAME.search(name) and _is_text(hint):
        yield name, hint


def _is_text(hint: Any) -> bool:
    if get_origin(hint) is None:
        return hint is str
    return any(_is_text(each) for each in get_args(hint))


def is_refused(checks: TypeAdapter[Any], text: str) -> bool:
    try:
        checks.validate_python(text)
    except ValidationError:
        return True
    return False


def looks_like_another(text: str) -> bool:
    return any(each in text for each in UNWANTED)


def test_all_are_cleaned_or_refused(app: FastAPI) -> None:
    fields = list(named_fields(app))
    for where, _, checks in fields:
        for unwanted in UNWANTED:
            try:
                taken = checks.validate_python(f"in{unwanted}voice")
            except ValidationError:
                continue
            assert not looks_like_another(taken), f"{where} keeps {unwanted!r}"
    assert len(fields) > 5, [where for where, *_ in fields]


def test_none_that_a_mail_repeats_holds_a_link(app: FastAPI) -> None:
    mailed = [each for each in named_fields(app) if SENT_IN_MAILS.match(each[1])]
    mailed += [each for each in named_fields(app) if "change_tenant" in each[0]]
    for where, _, checks in mailed:
        for link in ("Pay at https://evil.example", "x\u200b:/\u200b/y", "javascript://y"):
            assert is_refused(checks, link), f"{where} takes {link!r}"
    assert len(mailed) > 4


def test_the_walk_sees_a_field_that_is_not_cleaned() -> None:
    class Body(BaseModel):
        full_name: str
        title: Annotated[str, Plain]
        tenant_name: str | None = None
        color: str

    found = [name for name, _ in _texts("body", Body)]
    assert found == ["full_name", "title", "tenant_name"]
    checks = TypeAdapter(str)
    assert looks_like_another(checks.validate_python("in\u202evoice"))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  Ada \n\t King ", "Ada King"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\u200e\u200f", ""),
        ("Zoë 👩\u200d🔬 می\u200cخواهم", "Zoë 👩\u200d🔬 می\u200cخواهم"),
    ],
)
def test_what_is_left_reads_as_it_is_written(text: str, cleaned: str) -> None:
    assert plain(text) == cleaned
    assert TypeAdapter(Annotated[str, Plain]).validate_python(text) == cleaned
    assert TypeAdapter(Annotated[str, Seen]).validate_python(text) == seen(text)
