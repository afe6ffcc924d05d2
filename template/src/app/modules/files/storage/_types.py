"""Recognises a file's type by its first bytes. Its name and its header are not trusted."""

from codecs import getincrementaldecoder

import puremagic

ZIP = b"PK\x03\x04"
UNKNOWN = "application/octet-stream"


def type_of(head: bytes) -> str:
    """Return text/plain for any text, and application/zip for formats based on zip (.docx)."""
    if head.startswith(ZIP):
        return "application/zip"
    try:
        return puremagic.from_string(head, mime=True) or UNKNOWN
    except (puremagic.PureError, ValueError):
        return "text/plain" if _is_text(head) else UNKNOWN


def _is_text(head: bytes) -> bool:
    """True for UTF-8, whose last character may be cut off."""
    try:
        getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return b"\0" not in head
