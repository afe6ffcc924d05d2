"""Slugs: names as they are written in a URL, or as a subdomain."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

LONGEST = 63
"""The maximum length of a label of a host name (RFC 1035)."""
UNDECOMPOSED = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d"}
_RESERVED = """
    about account accounts admin administrator admins api app apps assets auth autodiscover
    billing blog cdn contact dashboard demo dev docs download downloads email errors example
    favicon files ftp health help host hostmaster imap info invite jobs legal localhost login
    logout mail me metrics mx news no-reply noreply ns ns1 ns2 null oauth openapi pay payments
    pop postmaster preview privacy public redoc register robots root security settings shop
    signin signup sitemap smtp ssl staging static status support system tenant tenants terms
    test undefined user users web webhook webhooks webmaster well-known wiki www
"""
RESERVED = frozenset(_RESERVED.split())
"""Paths and hosts that belong to the platform, or that people would take for it."""


def slug_of(name: str) -> str:
    """Return the name in a–z, 0–9 and hyphens; `tenant` if nothing is left."""
    lower = name.lower()
    for character, plain in UNDECOMPOSED.items():
        lower = lower.replace(character, plain)
    decomposed = unicodedata.normalize("NFKD", lower)
    unaccented = re.sub("[\u0300-\u036f]", "", decomposed)
    slug = re.sub(r"[^a-z0-9]+", "-", unaccented).strip("-")[:40].rstrip("-")
    return slug if len(slug) > 1 else "tenant"


def is_reserved(slug: str) -> bool:
    return slug in RESERVED or slug.startswith("xn--")


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _refuse_reserved(slug: str) -> str:
    if is_reserved(slug):
        raise ValueError("This name is reserved: choose another one.")
    return slug


Slug = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$", max_length=LONGEST),
    BeforeValidator(_lower),
    AfterValidator(_refuse_reserved),
]
"""A host name's label of two characters or more that is not reserved; written in lower case."""


UrlSlug = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=LONGEST),
    BeforeValidator(_lower),
]
"""A part of a URL in lower case: a–z, digits and single hyphens."""
