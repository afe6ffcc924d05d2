"""A file of a release or of the client, compared independently of line endings."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class File:
    content: bytes
    executable: bool = False

    @property
    def text(self) -> bytes:
        """Return the content with LF line endings, as in the template; binary content (with a zero byte) as it is."""
        return self.content if b"\0" in self.content else self.content.replace(b"\r\n", b"\n")

    @property
    def ends_lines_with_crlf(self) -> bool:
        return self.text != self.content and self.content.count(b"\n") == self.content.count(b"\r\n")

    def is_like(self, other: "File") -> bool:
        return self.text == other.text and self.executable == other.executable


def read_folder(folder: Path) -> dict[str, File]:
    """Return a folder's files by path. Does not follow links, because renderings have none."""
    found = (file for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
    return {
        file.relative_to(folder).as_posix(): File(file.read_bytes(), bool(file.stat().st_mode & 0o100))
        for file in found
    }
