"""Languages: catalogues of translations, the choice of a language, dates and money as it writes
them.

A message is its English text. What no catalogue has stays English.
"""

from ._catalogues import (
    APP,
    CLIENT,
    ENGLISH,
    catalogue,
    languages,
    own_catalogues,
    read_catalogue,
    written,
)
from ._choice import known, preferred
from ._locale import Locale
from ._text import Localized, Text, localize, texts
from ._translation import message, translate

__all__ = [
    "APP",
    "CLIENT",
    "ENGLISH",
    "Locale",
    "Localized",
    "Text",
    "catalogue",
    "known",
    "languages",
    "localize",
    "message",
    "own_catalogues",
    "preferred",
    "read_catalogue",
    "texts",
    "translate",
    "written",
]
