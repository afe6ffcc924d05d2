"""Generate pairs of descriptions: a module as it is, and what `make module` is told about it next."""

import re
from collections.abc import Mapping
from random import Random
from typing import Any

from extensions.modules.answer import as_stored, decided, read
from extensions.modules.names import names_of
from extensions.modules.validation import modules_problems
from tests.descriptions import accepted, description, options

# Values for rows that are there, by the beginning of the type.
_VALUES = {
    "str": "x",
    "text": "'it''s: 1'",
    "int": "7",
    "decimal": "0.5",
    "bool": "false",
    "date": "2030-01-31",
    "datetime": "2030-01-31T12:00:00Z",
    "email": "ada@example.com",
    "url": "https://example.com",
    "json": "('{\"a\": 1}'::jsonb)",
    "uuid": "(gen_random_uuid())",
    "bigint": "9",
    "float": "0.5",
    "time": "09:30",
    "duration": "PT1H",
    "slug": "a-b",
    "phone": "+49301234567",
    "country": "DE",
    "currency": "EUR",
    "timezone": "Europe/Berlin",
    "list": "(ARRAY['x'])",
    "money": "'1.5 EUR'",
}
_UNFIT = re.compile(r"unique|index|search|filters|number|->|= (now|today|me)")  # of rows that belong to a row
_WIDER = {
    "str(1)": "str(9)",
    "str(8)": "text",
    "str(120)": "str(40)",
    "text": "str(200)",
    "email": "str(99)",
    "int": "decimal(14, 2)",
    "bigint": "decimal(25, 2)",
    "slug": "str(80)",
    "str(40..200)": "str(30..300)",
    "list of str(2)": "list of str(9)",
    "decimal(12, 2)": "decimal(15, 3)",
    "enum(draft, sent, paid)": "enum(draft, sent, paid, void)",
    "enum(one)": "enum(one, two)",
}


def pair(seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return an answer, and a changed description of each of its modules that is valid after it."""
    random = Random(seed)
    before = _accepted(description(seed))
    other = description(seed + 10_000)
    fields = [
        field
        for about in other.values()
        for field in about["fields"].items()
        if isinstance(field[1], str) and "ref " not in field[1]
    ]
    after = {
        name: {"fields": _changed(random, about["fields"], fields), **options(-seed, name)}
        for name, about in before.items()
    }
    return before, _valid(before, after)


def stored(before: object, given: Mapping[str, Any]) -> Any:
    return as_stored({**(before if isinstance(before, Mapping) else {}), **given}, before)


def _accepted(described: dict[str, Any]) -> dict[str, Any]:
    for about in described.values():
        about["fields"]["label_of_it"] = "str(120)"  # so that none is left without a field
    return accepted(described)


def _changed(random: Random, before: Mapping[str, Any], new: list[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, text in before.items():
        if not isinstance(text, str):
            plain = [field for field in new if not _UNFIT.search(field[1])]
            rows = {"many": _changed(random, text["many"], plain), "rows": random.choice(["0..9", "2..3"])}
            found[name] = random.choice([text, "drop", rows, rows])
            continue
        match random.choice(["keep", "keep", "drop", "rename", "widen", "loosen", "tighten", "index"]):
            case "drop" if len(before) > 1:
                found[name] = "drop"
            case "rename":
                found[f"new_{name}"[:39]] = _with(text, f"was {name}")
            case "widen":
                found[name] = _replaced(text)
            case "loosen":
                found[name] = text.replace(" unique", "").replace(" index", "").replace(" search", "")
            case "tighten":
                found[name] = _with(text.replace("?", "", 1), f"backfill {_value(text)}")
            case "index":
                found[name] = text if " index" in text or " unique" in text else _with(text, "index")
            case _:
                found[name] = text
    for name, text in random.sample(new, min(len(new), random.randint(0, 3))):
        found.setdefault(name, _with(text, f"backfill {_value(text)}"))
    return found


def _with(text: str, words: str) -> str:
    head, sign, default = text.partition(" = ")
    return f"{head} {words}{sign}{default}"


def _value(text: str) -> str:
    """Return a value for rows; without one, which a ref and most unique fields have not, the change is refused."""
    kind, _, arguments = text.split("?")[0].split(" ")[0].partition("(")
    if kind == "enum":
        return text.partition("(")[2].split(",")[0].rstrip(")")
    if " unique" in text and kind != "uuid":
        return f"(right(id::text, {arguments[:-1]}))" if arguments in ("8)", "120)") else ""
    return _VALUES.get(kind, "")


def _replaced(text: str) -> str:
    return next((wide + text[len(form) :] for form, wide in _WIDER.items() if text.startswith(form)), text)


def _valid(before: Mapping[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the changes without those that are refused, as often as that leads to others."""
    packages = {names_of(m.name, m.plural).package: m.typed for m in decided(read(after), before)}
    while sentences := modules_problems({**before, **after}, stored=before):
        for sentence in sentences:
            package, _, field = sentence.partition(":")[0].partition(".")
            field = field.partition(".")[0]
            fields = after[packages[package]]["fields"]
            if field in fields:
                del fields[field]
            else:
                after[packages[package]] = {"fields": {}}  # its options may be what is refused
    return after
