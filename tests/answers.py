"""The answers that the tests render with: one project for each."""

from typing import Any

# 30 characters, the longest name there is, and the shortest that is a word.
LONGEST = "electronic_health_record_notes"
SHORTEST = "ox"

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
        "modules": [],
        "custom_modules": {
            "invoice_lines": None,
            "person": None,
            "category": None,
            "status": {"plural": "statuses"},
            "analysis": None,
            "news": None,
        },
        "ci": "gitlab",
    },
    "shortest": {"custom_modules": [SHORTEST], "license": "MIT"},
    "longest": {"custom_modules": [LONGEST], "license": "BSD-3-Clause"},
}
