"""Files of a tenant, in a folder or in S3."""

from .events import FileDeleted, FileStored
from .services import FileService

__all__ = ["FileDeleted", "FileService", "FileStored"]
