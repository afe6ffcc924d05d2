"""Jinja templates of pages and e-mails: the client's own, or the standard's."""

from ._brand import Brand, BrandInvalid, load_brand
from ._templates import TEMPLATES, Templates

__all__ = ["TEMPLATES", "Brand", "BrandInvalid", "Templates", "load_brand"]
