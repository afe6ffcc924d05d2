"""The document's head: title, version, contact, license, servers, and the tags of modules."""

from collections.abc import Iterable
from typing import Any

from app.config import Settings
from app.core.module import Module, description_of


def info(settings: Settings) -> dict[str, Any]:
    """Return the options of `FastAPI` that describe the API."""
    api = settings.openapi
    contact = {"name": api.contact_name, "email": api.contact_email, "url": api.contact_url}
    told = {name: value for name, value in contact.items() if value}
    here = settings.public_url if settings.in_production else "/"
    servers = api.servers or (here,)
    return {
        "title": settings.name,
        "version": api.version,
        "description": api.description,
        "contact": told or None,
        "license_info": {"name": api.license, "identifier": api.license} if api.license else None,
        "servers": [{"url": url} for url in servers],
    }


def tags_of(modules: Iterable[Module]) -> dict[str, str]:
    """Return the description of each tag: the module's own, or the docstring of its package."""
    found: dict[str, str] = {}
    for module in modules:
        later = (router for routers in module.versions.values() for router in routers)
        for router in (*module.routers, *later):
            for tag in router.tags:
                found.setdefault(str(tag), module.tags.get(str(tag)) or description_of(module))
    return found
