"""Write `generated` in the package from openapi.json: `make client`.

The generator writes for httpx; the client uses its successor httpx2, which has the same interface.
"""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.parents[1] / "openapi.json"
[PACKAGE] = (file.parent for file in (HERE / "src").glob("*/__init__.py"))
GENERATED = PACKAGE / "generated"
WRITTEN, WANTED = "import httpx\n", "import httpx2 as httpx\n"


def main() -> None:
    command = ("openapi_python_client", "generate", "--meta", "none", "--overwrite")
    options = ("--fail-on-warning", "--config", str(HERE / "generator.yaml"))
    places = ("--path", str(DOCUMENT), "--output-path", str(GENERATED))
    done = subprocess.run([sys.executable, "-m", *command, *options, *places], check=False)  # noqa: S603 - words of our own
    if done.returncode:
        raise SystemExit(done.returncode)
    for file in GENERATED.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(WRITTEN, WANTED), encoding="utf-8")
    _write_slugs(json.loads(DOCUMENT.read_text(encoding="utf-8"))["components"]["examples"])


def _write_slugs(examples: dict[str, object]) -> None:
    names = "".join(f"    {json.dumps(slug)},\n" for slug in sorted(examples))
    text = f"from typing import Literal\n\nProblemSlug = Literal[\n{names}]\n"
    (GENERATED / "problem_slugs.py").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
