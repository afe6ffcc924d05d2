"""One violation of each rule between the rooms of a project, and the words with which its gate must answer."""

from dataclasses import dataclass

MODULES = "src/app/modules"
TACH = ("tach", "check")
IMPORTS = ("pytest", "-q", "tests/architecture/test_imports.py")
STRINGS = ("pytest", "-q", "tests/architecture/test_strings.py")
LAWS = ("pytest", "-q", "tests/architecture/test_laws.py")
RULES = ("python", "-m", "app", "import-rules", "--check")


@dataclass(frozen=True)
class Plant:
    """`code` goes to the end of the file, or into the place of `instead_of`. No code: the file goes."""

    name: str
    file: str
    code: str
    words: str
    gate: tuple[str, ...] = TACH
    instead_of: str = ""


def in_invoices(file: str, code: str, words: str, gate: tuple[str, ...] = TACH, *, name: str = "") -> Plant:
    return Plant(name or f"{file}: {code}", f"{MODULES}/invoices/{file}", code, words, gate)


def denied(part: str, place: str) -> str:
    return f"Module 'app.modules.invoices.{part}' cannot depend on '{place}'"


REPOSITORIES = "app.modules.invoices.repositories"
USERS = "app.modules.users"
CLIENTS = "app.modules.clients"
TAKE_USERS = "from app.modules.users.repositories import UserRepository"
