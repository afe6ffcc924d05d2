"""Write a project's standard/files.sha256: the hash of each file of the standard, as this release renders it."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import yaml
from jinja2.runtime import Context
from pathspec import PathSpec

from .ownership import paths_of

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template"
ITSELF = "standard/files.sha256"
_SUFFIX = ".jinja"


def standard_files(context: Context) -> str:
    """Return the manifest in the format of `sha256sum --check`, without shared files and the client's."""
    lines = (f"{hash_of(content)}  {path}" for path, content in sorted(_rendered(context)))
    return "\n".join(lines)


def hash_of(content: bytes) -> str:
    """Hash the content as git stores it, with LF line endings, unless it is binary (contains a zero byte)."""
    return sha256(content if b"\0" in content else content.replace(b"\r\n", b"\n")).hexdigest()


def _rendered(context: Context) -> Iterator[tuple[str, bytes]]:
    left_out = PathSpec.from_lines("gitignore", [*_excluded(context), *paths_of("client"), *paths_of("shared")])
    for file in TEMPLATE.rglob("*"):
        source = file.relative_to(TEMPLATE).as_posix()
        path = source.removesuffix(_SUFFIX)
        # Paths with a Jinja expression belong to custom modules, migrations or the answers file.
        if file.is_file() and "{" not in path and path != ITSELF and not left_out.match_file(path):
            yield path, _content(file, context) if path != source else file.read_bytes()


def _excluded(context: Context) -> Iterator[str]:
    """Yield the patterns that copier.yml excludes with these answers."""
    settings = yaml.safe_load((ROOT / "copier.yml").read_text(encoding="utf-8"))
    values = {**context.get_all(), "_copier_operation": "copy"}
    for pattern in settings["_exclude"]:
        yield from context.environment.from_string(pattern).render(values).splitlines()


def _content(file: Path, context: Context) -> bytes:
    return context.environment.from_string(file.read_text(encoding="utf-8")).render(context.get_all()).encode()
