"""CSV files for tests."""

from collections.abc import Mapping
from typing import Any

from app.core.csv import cell_of, written


def csv_file(*bodies: Mapping[str, Any]) -> bytes:
    """Return a file that imports rows with these bodies, which have the same fields."""
    rows = ([*map(cell_of, body.values())] for body in bodies)
    return written([[*bodies[0]], *rows]).encode()
