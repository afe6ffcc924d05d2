"""CSV: the rows of a list as a file, and files of rows to create. docs/csv.md"""

from ._calls import Call
from ._cells import cell_of, guarded, unguarded
from ._errors import CsvRefused, CsvTooLarge, LineError, TooManyImports
from ._exporting import CsvResponse, written
from ._models import CsvImport
from ._routes import CsvRoutes
from ._schemas import CsvError, CsvReport

__all__ = [
    "Call",
    "CsvError",
    "CsvImport",
    "CsvRefused",
    "CsvReport",
    "CsvResponse",
    "CsvRoutes",
    "CsvTooLarge",
    "LineError",
    "TooManyImports",
    "cell_of",
    "guarded",
    "unguarded",
    "written",
]
