from app.core.errors import (
    FieldError,
    Invalid,
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
    """This app does not store files of this type. The type is recognised by the first bytes of the
    file, not by its name.
    """

    title = "This type of file is refused"
    detail = "The file is of the type {found}; it may be: {allowed}."


class NotAnImage(Invalid):
    """The request refers to a file that is no image. The type is recognised by the first bytes of
    the file, not by its name.
    """

    slug = "not-an-image"
    title = "This file is no image"
    detail = "The file of {field} is of the type {found}."

    def __init__(self, field: str, found: str) -> None:
        named = FieldError.at("body", field, detail=self.title)
        super().__init__(field=field, found=found, errors=[named])


class UploadTooSlow(Unavailable):
    """The upload took longer than this app waits. Nothing of it was stored."""

    title = "The upload took too long"


class TooManyUploads(TooManyRequests):
    """You are uploading as many files as one user may at a time. Wait until one is stored."""

    title = "Too many uploads at a time"
    detail = "At most {most} uploads may run at a time."


class StorageAway(Unavailable):
    """The file storage does not answer, or refuses. Nothing of an upload was stored."""

    slug = "file-storage-away"
    title = "The storage of files does not answer"


class LinkInvalid(NotFound):
    """The link has expired, or it is not a link of this app."""

    slug = "file-link-invalid"
    title = "This link is not valid"


class ObjectLost(NotFound):
    """The file is listed, but its content is missing in the storage."""

    slug = "file-content-lost"
    title = "The content of this file is gone"
