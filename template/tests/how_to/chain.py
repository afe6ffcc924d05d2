"""Write the chain of migrations of the pages' project, as `make adopt` and `make migration` do.

python -m tests.how_to.chain
"""

import os
import re
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

from app.core.module import find_modules
from app.database.schema.migrations import adopt, configuration
from tests.support.servers import server

from .pages import blocks


def main() -> None:
    paths = [block.path for block in blocks() if block.path.startswith("migrations/versions/")]
    texts = {Path(path): Path(path).read_text(encoding="utf-8") for path in paths}
    for file in texts:
        file.unlink()
    find_modules()
    adopt()
    for file, text in texts.items():
        _place(file, text)
    name = f"scratch_{os.getpid()}"
    urls = server().create_database(name)
    config = configuration(urls.owner_url)
    command.upgrade(config, "head")
    command.revision(config, "what the models say", autogenerate=True)
    command.upgrade(config, "head")
    command.check(config)
    command.downgrade(config, "base")
    server().drop_database(name)


def _place(file: Path, text: str) -> None:
    """Write the migration with its head, which the pages leave out."""
    before = ScriptDirectory.from_config(configuration()).get_current_head()
    imports, functions = re.split(r"^(?=def upgrade)", text, flags=re.MULTILINE)
    head = f'revision = "{file.stem}"\ndown_revision = "{before}"\n\n\n'
    file.write_text(f"{imports.strip()}\n\n{head}{functions}", encoding="utf-8")


if __name__ == "__main__":
    main()
