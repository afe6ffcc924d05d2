"""Phone numbers, as E.164 writes them: https://www.itu.int/rec/T-REC-E.164"""

import re
from typing import Annotated

from pydantic import BeforeValidator, StringConstraints

LONGEST = 16
PATTERN = r"^\+[1-9][0-9]{6,14}$"
_SEPARATORS = re.compile(r"[ ()./-]+")


def _without_separators(value: object) -> object:
    return _SEPARATORS.sub("", value) if isinstance(value, str) and len(value) <= 40 else value


Phone = Annotated[str, StringConstraints(pattern=PATTERN), BeforeValidator(_without_separators)]
"""An international number, stored without separators: `+49 30 1234567` becomes `+49301234567`."""
