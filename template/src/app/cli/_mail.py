"""`app mail`"""

from pathlib import Path
from typing import Annotated

import typer

from app.bootstrap import MAIL_FOLDER
from app.config import load_settings
from app.core.languages import Locale, languages
from app.core.mail import preview_mails
from app.core.module import find_modules

Folder = Annotated[Path, typer.Option(help="Where the pages are written.")]

mail_commands = typer.Typer(help="E-mails.", no_args_is_help=True)


@mail_commands.callback()
def _group() -> None:
    """Make `preview` a command of its own, though it is the only one."""


@mail_commands.command()
def preview(folder: Folder = MAIL_FOLDER / "preview") -> None:
    """Write each e-mail with sample values, in each language, as HTML and text."""
    settings = load_settings()
    mails = [mail for module in find_modules() for mail in module.mails]
    for language in sorted(languages()):
        for mail, email in preview_mails(mails, settings, Locale.of(language)):
            page = folder / language / f"{mail.name}.html"
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(email.html, encoding="utf-8")
            page.with_suffix(".txt").write_text(email.text, encoding="utf-8")
    typer.echo(f"{len(mails)} e-mails in {len(languages())} languages are in {folder}")
