from ._files import FILE_JOBS, Content, FileService, export_files_of
from ._links import LinkService

__all__ = ["FILE_JOBS", "Content", "FileService", "LinkService", "export_files_of"]
