"""Forms: values as text, and text as the values that the API takes."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ._fields import Field, Kind

AS_THEY_ARE = (Kind.TEXT, Kind.LONG_TEXT, Kind.SECRET, Kind.LINES)
"""Kinds that may be empty and not null."""


@dataclass(frozen=True)
class Sent:
    """A form: its text by field, for the same form again, and what it says to the API."""

    raw: Mapping[str, str]
    body: Mapping[str, Any]


def read_form(
    fields: Iterable[Field], form: Mapping[str, str], current: Mapping[str, Any] | None = None
) -> Sent:
    """Read the form. With the row as it is now, only what differs from it is sent.

    So a change says what was changed, and what a control cannot show exactly stays as it is.
    """
    raw: dict[str, str] = {}
    body: dict[str, Any] = {}
    for field in fields:
        text = raw[field.name] = _text(field, form)
        if current is not None and text == raw_of(field, current.get(field.name)):
            continue
        if (value := _value(field, text)) is not LEFT_OUT:
            body[field.name] = value
    return Sent(raw, body)


LEFT_OUT = object()


def _text(field: Field, form: Mapping[str, str]) -> str:
    """Return the text of the field. A box that is not ticked is not sent at all."""
    if field.kind is Kind.ROWS:
        return json.dumps([*_sent_rows(field, form)])
    sent = form.get(field.name, "")
    if field.kind is Kind.FLAG and not field.nullable:
        return "true" if sent else "false"
    if field.kind in (Kind.MOMENT, Kind.TIME) and sent[-3:-2] == ":" and sent.count(":") == 1:
        return f"{sent}:00"  # as browsers send full minutes
    return sent.replace("\r\n", "\n")


def _sent_rows(field: Field, form: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield the texts of each row that has any, and is not to be removed."""
    place = re.compile(rf"{re.escape(field.name)}\.(\d{{1,6}})\.")
    for number in sorted({int(found[1]) for name in form if (found := place.match(name))}):
        sent = {each.name: _text(each.within(field.name, number), form) for each in field.rows}
        flags = {each.name for each in field.rows if each.kind is Kind.FLAG}
        is_given = any(text.strip() for name, text in sent.items() if name not in flags)
        if is_given and not form.get(f"{field.name}.{number}.remove"):
            yield sent


def _value(field: Field, text: str) -> Any:
    """Return the value, or the text where it is no value: the API says what is wrong with it."""
    if not text.strip() and (field.nullable or field.kind not in AS_THEY_ARE):
        return None if field.nullable else LEFT_OUT
    match field.kind:
        case Kind.FLAG:
            return {"true": True, "false": False}.get(text, text)
        case Kind.CHOICE:
            return next((each for each in field.choices if str(each) == text), text)
        case Kind.INTEGER | Kind.NUMBER:
            return _number(text.strip(), int if field.kind is Kind.INTEGER else float)
        case Kind.MOMENT:
            return _moment(text.strip())
        case Kind.LINES:
            return [line.strip() for line in text.splitlines() if line.strip()]
        case Kind.JSON:
            return _json(text)
        case Kind.ROWS:
            return [_row(field, texts) for texts in json.loads(text)]
        case Kind.TEXT | Kind.LONG_TEXT | Kind.SECRET:
            return text
        case _:
            return text.strip()


def _row(field: Field, texts: Mapping[str, str]) -> dict[str, Any]:
    values = {each.name: _value(each, texts[each.name]) for each in field.rows}
    return {name: value for name, value in values.items() if value is not LEFT_OUT}


def _number(text: str, kind: type[int] | type[float]) -> Any:
    try:
        return kind(text)
    except ValueError:
        return text


def _moment(text: str) -> str:
    """Return a moment of UTC: browsers send no zone."""
    clock = text.partition("T")[2]
    return text if "+" in clock or "-" in clock or text.upper().endswith("Z") else f"{text}Z"


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def raw_of(field: Field, value: Any) -> str:
    """Return what the control of the field has in it for a value that the API sent."""
    if field.kind is Kind.ROWS:
        rows = value if isinstance(value, list) else []
        return json.dumps(
            [{each.name: raw_of(each, row.get(each.name)) for each in field.rows} for row in rows]
        )
    if value is None:
        return "false" if field.kind is Kind.FLAG and not field.nullable else ""
    if field.kind is Kind.FLAG:
        return "true" if value else "false"
    if field.kind is Kind.MOMENT:
        return str(value)[:19]
    if field.kind is Kind.LINES and isinstance(value, list):
        return "\n".join(map(str, value))
    if field.kind is Kind.JSON:
        return json.dumps(value, indent=2, ensure_ascii=False)
    return str(value)
