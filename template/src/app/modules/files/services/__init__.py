from ._files import FILE_JOBS, Content, FileService
from ._links import LinkService

__all__ = ["FILE_JOBS", "Content", "FileService", "LinkService"]
