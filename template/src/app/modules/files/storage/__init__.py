"""Where contents are: objects named `tenant/file`, read and written piece by piece."""

from ._storage import Storage, storage_of
from ._types import type_of

__all__ = ["Storage", "storage_of", "type_of"]
