"""The answers that the tests render with; each set gives one project."""

from typing import Any

# The longest name, of 30 characters, and the shortest one that is a word.
LONGEST = "electronic_health_record_notes"
SHORTEST = "ox"

# One field of each kind, with its possible modifiers.
EVERY_KIND = {
    "categories": {
        "fields": {
            "title": "text",
            "code": "str(3) unique",
            "parent": "ref categories?",
            "heir": "ref categories? on delete cascade",
        },
        "audit": False,
        "roles": {"create": "viewer", "delete": "admin"},
        "bulk": 20,
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

ANSWER_SETS: dict[str, dict[str, Any]] = {
    "minimal": {"ci": "none"},
    "default": {"custom_modules": "projects, invoices"},
    "everything": {
        "project_name": 'Café "Niño" & Söhne',
        "project_slug": "cafe",
        "description": "Orders, 'tables' and 100 % of the bills: {{ really }}.",
        "author_name": "Zoë O'Brien",
        "author_email": "zoe@example.com",
        "license": "Apache-2.0",
        "modules": ["files", "notifications", "webhooks"],
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
    "shortest": {"custom_modules": [SHORTEST], "license": "MIT", "deploy": "kamal"},
    "longest": {"custom_modules": [LONGEST], "license": "Apache-2.0", "python_version": "3.12"},
}
