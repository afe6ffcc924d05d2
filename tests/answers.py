"""The answers that the tests render with; each set gives one project."""

from typing import Any

# The longest name, of 30 characters, and the shortest one that is a word.
LONGEST = "electronic_health_record_notes"
SHORTEST = "ox"

# One field of each kind, with its possible modifiers.
EVERY_KIND = {
    "categories": {
        "fields": {
            "title": "text search",
            "code": "str(3) unique",
            "parent": "ref categories?",
            "heir": "ref categories? on delete cascade",
        },
        "audit": False,
        "roles": {"create": "viewer", "delete": "admin"},
        "bulk": 20,
        "csv": True,
        "versions": False,
    },
    "assets": {
        "fields": {
            "label": "str",
            "serial": "str(8)? unique index",
            "quantity": "int = 3",
            "amount": "decimal(5, 5)? index",
            "weight": "decimal(6, 0)",
            "live": "bool index",
            "owned": "bool?",
            "bought_on": "date",
            "seen_at": "datetime?",
            "made_at": "datetime unique",
            "token": "uuid unique",
            "batch": "uuid? index",
            "contact": "email? unique",
            "site": "url unique",
            "other_site": "url? index",
            "data": "json",
            "extra": "json?",
            "colour": "enum(red)",
            "size": "enum(small, medium, large) = small",
            "stage": "enum(planned -> built -> sold | scrapped, built -> planned)",
            "category": "ref categories on delete cascade",
            "spare": "ref category? on delete set null",
            "owner": "ref users",
            "keeper": "ref users? on delete set null",
            "badge": "ref users? unique",
            "house_number": "int unique",
        },
        "archive": True,
    },
}

# Limits, and the kinds that have a table for their code.
EVERY_KIND["venues"] = {
    "fields": {
        "slug": "slug unique search",
        "rating": 'enum(PG-13 = "Parents strongly cautioned", G, "Not rated", 100 %, 50%s) = PG-13',
        "seats": "bigint unique filters(range, several)",
        "area": "float? >= 0 index filters(range, empty)",
        "load": "float 0..1",
        "opens_at": "time index",
        "closes_at": "time > opens_at",
        "stay": "duration index filters(range)",
        "phone": "phone? index search filters(several, empty)",
        "country": "country = DE",
        "zone": "timezone? private = Europe/Berlin",
        "tax_country": "country unique",
        "currency": "currency index",
        "tags": "list of str(40)",
        "notes": "list of str(3)? private",
        "price": "money private",
        "deposit": "money? >= 0 index",
        "fee": "money(EUR) = 9.50",
        "code": 'str(12) matching "[A-Z]{2}-[0-9]{3,6}" unique search',
        "short": "str(2..80) index search",
        "floor": "int -3..120 unique",
        "share": "decimal(5, 4) 0..1 index filters(range)",
        "number": "str(20) unique with category and owner",
        "category": "ref categories? filters(several, empty)",
        "owner": "ref users = me",
        "booked_on": "date filters(range) = today",
        "seen_at": "datetime = now",
        "starts_at": "datetime",
        "ends_at": "datetime? check ends_at > starts_at",
        "least": "int >= 0 index filters(range)",
        "most": "int? >= 0 check >= least",
        "stage": 'enum(draft = "Not open yet" -> PG-13 -> "Sold out" | closed, closed -> draft) filters(several)',
        "seal": "int unique with stage",
        "port": "ref ports? filters(empty)",
        "reference": 'number("V-{year}-{n:05}")',
    },
    "archive": True,
    "bulk": 5,
    "csv": True,
}

# Rows of all tenants, one of which refers to another.
EVERY_KIND["currency_rules"] = {
    "fields": {
        "currency": "currency unique",
        "places": "int 0..4 = 2",
        "contact": "email? unique",
        "name": "str index",
    },
    "shared": True,
}
EVERY_KIND["ports"] = {
    "fields": {
        "port": 'str(5) matching "[A-Z]{5}" unique',
        "kind": 'enum(sea = "At sea", river)',
        "currency": "ref currency_rules?",
        "opened_on": "date? filters(range, empty)",
    },
    "shared": True,
    "only": ["list", "read", "create", "change"],
}
# Lists of refs: to others, to archived ones, and to the module itself.
EVERY_KIND["tours"] = {
    "fields": {
        "title": "str(80)",
        "venues": "refs venues on delete restrict",
        "labels": "refs categories",
        "next_tours": "refs tours",
        "guide": "ref categories?",
    },
    "bulk": 5,
}

ANSWER_SETS: dict[str, dict[str, Any]] = {
    "minimal": {"ci": "none", "modules": []},
    "default": {"custom_modules": "projects, invoices"},
    "everything": {
        "project_name": 'Café "Niño" & Söhne',
        "project_slug": "cafe",
        "description": "Orders, 'tables' and 100 % of the bills: {{ really }}.",
        "author_name": "Zoë O'Brien",
        "author_email": "zoe@example.com",
        "license": "Apache-2.0",
        "modules": ["console", "files", "notifications", "webhooks"],
        "custom_modules": {
            "invoice_lines": None,
            "person": None,
            "category": None,
            "status": {"plural": "statuses"},
            "analysis": None,
            "news": None,
        },
        "ci": "gitlab",
        "deploy": "compose",
        "api_clients": "both",
    },
    "fields": {
        "license": "BSD-3-Clause",
        "custom_modules": {
            "clients": {
                "fields": {"name": "str(120) unique", "email": "email?", "active": "bool = true"},
            },
            "invoices": {
                "fields": {
                    "number": "str(20) unique",
                    "client": "ref clients",
                    "status": "enum(draft, sent, paid) = draft",
                    "total": "decimal(12, 2)",
                    "issued_on": "date?",
                    "notes": "text?",
                },
            },
            **EVERY_KIND,
            "boats": {"only": ["list", "read"]},
        },
    },
    "shortest": {"modules": [], "custom_modules": [SHORTEST], "license": "MIT", "deploy": "kamal"},
    "longest": {"modules": [], "custom_modules": [LONGEST], "license": "Apache-2.0", "python_version": "3.12"},
}

NEW_IN_2 = ("console", "currency_rules", "ports", "tours", "venues")
"""Modules of these answers that need 2.0."""


def answers_of(release: str, name: str) -> dict[str, Any]:
    """Return the answers, without what releases before 2.0 do not know."""
    answers = ANSWER_SETS[name]
    if not release.startswith(("v0.", "v1.")):
        return answers
    modules = [each for each in answers.get("modules", []) if each not in NEW_IN_2]
    custom = answers.get("custom_modules", "")
    if isinstance(custom, dict):
        custom = {name: _before_2(said) for name, said in custom.items() if name not in NEW_IN_2}
    return {**answers, "modules": modules, "custom_modules": custom}


def _before_2(said: dict[str, Any] | None) -> dict[str, Any] | None:
    """Leave options, steps and searches out."""
    known = {key: value for key, value in (said or {}).items() if key in ("fields", "plural")}
    if "fields" in known:
        known["fields"] = {
            name: field.replace(" search", "") for name, field in known["fields"].items() if "->" not in field
        }
    return known or None
