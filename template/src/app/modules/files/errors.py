from app.core.errors import (
    NotFound,
    PayloadTooLarge,
    TooManyRequests,
    Unavailable,
    UnsupportedMediaType,
)


class FileTooLarge(PayloadTooLarge):
    """The file is larger than this app stores."""

    title = "This file is too large"
    detail = "Files have at most {most} bytes."


class FileTypeRefused(UnsupportedMediaType):
    """This app does not store files of this type. What a file begins with tells its type, not what
    it is called.
    """

    title = "This type of file is refused"
    detail = "The file is of the type {found}; it may be: {allowed}."


class UploadTooSlow(Unavailable):
    """The upload took longer than this app waits. Nothing of it was kept."""

    title = "The upload took too long"


class TooManyUploads(TooManyRequests):
    """You are sending as many files as one may send at a time. Wait until one of them is stored."""

    title = "Too many uploads at a time"
    detail = "At most {most} uploads may run at a time."


class StorageAway(Unavailable):
    """Where files are stored does not answer, or refuses. Nothing of an upload was kept."""

    slug = "file-storage-away"
    title = "The storage of files does not answer"


class LinkInvalid(NotFound):
    """The link has expired, or it was never one of ours."""

    slug = "file-link-invalid"
    title = "This link is not valid"


class ObjectLost(NotFound):
    """The file is listed, and its content is not where it was stored."""

    slug = "file-content-lost"
    title = "The content of this file is gone"
