"""The storage of contents: objects named `tenant/file`, read and written in pieces."""

from ._storage import Storage, storage_of
from ._types import type_of

__all__ = ["Storage", "storage_of", "type_of"]
