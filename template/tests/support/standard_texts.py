"""Tests read the standard's words and templates: a client's own would be others.

`tests/standard/core/mail/test_templates.py` renders the client's templates too.
"""

from pathlib import Path

from app.core.languages import _catalogues
from app.core.templates import TEMPLATES

NOWHERE = Path(__file__).parent / "no-templates"

_catalogues.CLIENT = NOWHERE
TEMPLATES.client = NOWHERE
