"""Run git in the project that is updated, which is the folder in which Copier runs the scripts."""

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from template.standard.neutral import neutral
from updates.files import File

LINK, REPOSITORY = "120000", "160000"


@dataclass(frozen=True)
class Entry:
    """A file in git's index; it equals the committed file, because an update needs a clean tree."""

    mode: str
    blob: str


def git(*arguments: str, given: bytes | None = None, folder: Path | None = None) -> bytes:
    return run(*arguments, given=given, folder=folder, check=True).stdout


def run(
    *arguments: str | Path, given: bytes | None = None, folder: Path | None = None, check: bool = False
) -> subprocess.CompletedProcess[bytes]:
    environment = neutral(os.environ, conversions=False)
    command = ["git", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, input=given, stdout=subprocess.PIPE, check=check)


def listed(*arguments: str, folder: Path | None = None, given: bytes | None = None) -> list[str]:
    """Return the items that a command with -z prints; -z allows any character in file names."""
    return [os.fsdecode(name) for name in git(*arguments, folder=folder, given=given).split(b"\0") if name]


def index_file() -> Path:
    return Path(os.fsdecode(git("rev-parse", "--git-path", "index").removesuffix(b"\n")))


def read_index() -> dict[str, Entry]:
    found = {}
    for line in listed("ls-files", "--stage", "-z"):
        about, _, path = line.partition("\t")
        mode, blob, _ = about.split()
        found[path] = Entry(mode, blob)
    return found


def read_blobs(entries: Mapping[str, Entry]) -> dict[str, File]:
    """Return the committed files, without line-ending or filter conversions."""
    answer = git("cat-file", "--batch", given="".join(f"{entry.blob}\n" for entry in entries.values()).encode())
    contents = _split(answer)
    return {
        path: File(content, executable=entry.mode == "100755")
        for (path, entry), content in zip(entries.items(), contents, strict=True)
    }


def _split(answer: bytes) -> Iterator[bytes]:
    """Split the output of `cat-file --batch`: a line that ends with the size, then that many bytes and a newline."""
    while answer:
        head, _, rest = answer.partition(b"\n")
        size = int(head.split()[-1])
        yield rest[:size]
        answer = rest[size + 1 :]


def write_blob(content: bytes) -> str:
    return git("hash-object", "-w", "--stdin", given=content).decode().strip()


def write_blobs(files: Iterable[Path]) -> list[str]:
    """Store the files without filters, and return their hashes."""
    given = "".join(f"{file}\n" for file in files).encode()
    return git("hash-object", "-w", "--no-filters", "--stdin-paths", given=given).decode().split()


def write_index(lines: Iterable[str]) -> None:
    """Apply lines of `git update-index --index-info` whose paths are relative to this project's folder."""
    prefix = git("rev-parse", "--show-prefix").removesuffix(b"\n")
    placed = (os.fsencode(about) + b"\t" + prefix + os.fsencode(path) for about, _, path in map(_parts, lines))
    git("update-index", "-z", "--index-info", given=b"\0".join([*placed, b""]))


def _parts(line: str) -> tuple[str, str, str]:
    return line.partition("\t")


def nothing_at(path: str, blob: str) -> str:
    """Return the line that removes a path from the index; its null hash is as long as other hashes."""
    return f"0 {'0' * len(blob)}\t{path}"


def find_filtered(paths: Iterable[str]) -> dict[str, str]:
    """Return the paths that a filter or an encoding converts on checkout, with its name."""
    given = b"\0".join(os.fsencode(path) for path in paths)
    told = listed("check-attr", "-z", "--stdin", "filter", "working-tree-encoding", given=given) if given else []
    triples = zip(told[::3], told[1::3], told[2::3], strict=True)
    return {path: value for path, _, value in triples if value not in {"unspecified", "unset", ""}}
