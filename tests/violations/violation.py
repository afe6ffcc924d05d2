"""A violation of an import rule, and the words with which its check must report it."""

from dataclasses import dataclass

MODULES = "src/app/modules"
TACH = ("tach", "check")
IMPORTS = ("pytest", "-q", "tests/architecture/test_imports.py")
STRINGS = ("pytest", "-q", "tests/architecture/test_strings.py")
MODULE_RULES = ("pytest", "-q", "tests/architecture/test_import_rules.py")
RULES = ("python", "-m", "app", "import-rules", "--check")


@dataclass(frozen=True)
class Violation:
    """A change of a file: `code` is appended, or replaces `instead_of`; without code, the file is removed."""

    name: str
    file: str
    code: str
    words: str
    gate: tuple[str, ...] = TACH
    instead_of: str = ""


def in_invoices(file: str, code: str, words: str, gate: tuple[str, ...] = TACH, *, name: str = "") -> Violation:
    return Violation(name or f"{file}: {code}", f"{MODULES}/invoices/{file}", code, words, gate)


def denied(part: str, place: str) -> str:
    return f"Module 'app.modules.invoices.{part}' cannot depend on '{place}'"


REPOSITORIES = "app.modules.invoices.repositories"
USERS = "app.modules.users"
CLIENTS = "app.modules.clients"
TAKE_USERS = "from app.modules.users.repositories import UserRepository"
