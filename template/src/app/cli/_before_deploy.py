"""Finds what a first deployment still needs: `app doctor --before-deploy`, in the checkout."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from dotenv import dotenv_values

from app.config import secret_problem
from app.database.schema.guarantees import Finding

NEEDED = re.compile(r"\$\{(\w+):\?")
SECRET = re.compile(r"file: secrets/(\w+)")
FETCHED = re.compile(r'ENV\.fetch\("(\w+)"\)')
LISTED = re.compile(r"^ +- ([A-Z][A-Z_]+)$", re.MULTILINE)
NO_VALUE = "…"


def find_missing(project: Path) -> list[Finding]:
    """Return what the deployment in `deploy/` still needs, in the order of its README."""
    compose, kamal = project / "deploy" / "compose", project / "deploy" / "kamal"
    found = [] if (project / "uv.lock").exists() else [NO_LOCK]
    if not compose.is_dir() and not kamal.is_dir():
        return [*found, NOT_CHOSEN]
    if compose.is_dir():
        found += [*_compose_variables(compose), *_compose_secrets(compose)]
    if kamal.is_dir():
        found += _kamal(kamal)
    return found


def _compose_variables(folder: Path) -> Iterator[Finding]:
    if not (folder / ".env").exists():
        yield Finding(
            "deploy/compose/.env", "is missing", "Make it: cp .env.example .env, and fill it in."
        )
        return
    given, example = dotenv_values(folder / ".env"), dotenv_values(folder / ".env.example")
    for name in sorted(set(NEEDED.findall(_text(folder / "compose.yaml")))):
        if not given.get(name):
            yield Finding(
                f"{name} in deploy/compose/.env", "is not set", "Set it: .env.example says how."
            )
        elif given[name] == example.get(name):
            yield Finding(f"{name} in deploy/compose/.env", "is the example's", "Set your own.")
    if re.search(r"[:/]", given.get("HOST") or ""):
        yield Finding(
            "HOST in deploy/compose/.env",
            "is no name",
            "Set the name alone: no https://, no port, no path.",
        )


def _compose_secrets(folder: Path) -> Iterator[Finding]:
    asked = bool((dotenv_values(folder / ".env") or {}).get("MAIL_PASSWORD_FILE"))
    for name in SECRET.findall(_text(folder / "compose.yaml")):
        file = folder / "secrets" / name
        text = _text(file).strip() if file.exists() else ""
        if not text:
            yield Finding(f"deploy/compose/secrets/{name}", "is missing", "Run sh secrets.sh.")
        elif name == "mail_password" and asked and " " in text:
            yield Finding(
                f"deploy/compose/secrets/{name}", "is no password", "Write the password there."
            )
        elif name == "secret_key" and (weak := secret_problem(text)):
            yield Finding(
                f"deploy/compose/secrets/{name}", weak, "Remove it, and run sh secrets.sh."
            )


def _kamal(folder: Path) -> Iterator[Finding]:
    config = _text(folder / "deploy.yml")
    for name in sorted(set(FETCHED.findall(config))):
        if not os.environ.get(name):
            yield Finding(
                f"{name}, a variable of this shell",
                "is not set",
                "Set it with export: deploy/kamal/README.md.",
            )
    if not (folder / "secrets").exists():
        yield Finding("deploy/kamal/secrets", "is missing", NO_SECRETS)
        return
    given = dotenv_values(folder / "secrets")
    for name in sorted(set(LISTED.findall(config))):
        if not given.get(name) or NO_VALUE in (given[name] or ""):
            yield Finding(
                f"{name} in deploy/kamal/secrets", "is not set", "Set it: secrets.example says how."
            )


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


NO_SECRETS = "Make it: cp secrets.example secrets, and fill it in."
NO_LOCK = Finding(
    "uv.lock", "is missing: the image takes its versions from it", "Run make install."
)
NOT_CHOSEN = Finding(
    "deploy/", "is not there", "Run make update answer='deploy=compose', or kamal."
)
