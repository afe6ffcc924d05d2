"""What a file is, from what it begins with: neither its name nor its header is believed."""

from codecs import getincrementaldecoder

import puremagic

ZIP = b"PK\x03\x04"
UNKNOWN = "application/octet-stream"


def type_of(head: bytes) -> str:
    """text/plain for text of any kind, application/zip for what is packed in one, such as .docx."""
    if head.startswith(ZIP):
        return "application/zip"
    try:
        return puremagic.from_string(head, mime=True) or UNKNOWN
    except (puremagic.PureError, ValueError):
        return "text/plain" if _is_text(head) else UNKNOWN


def _is_text(head: bytes) -> bool:
    """UTF-8; its last character may be cut off."""
    try:
        getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return b"\0" not in head
