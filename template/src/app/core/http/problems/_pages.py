"""The pages that the `type` of a problem links to, rendered from the errors' docstrings."""

from collections.abc import Iterator
from html import escape
from inspect import cleandoc

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.core.errors import AppError, NotFound
from app.core.permissions import public

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
  body {{ font: 1.05rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto }}
  code {{ background: #8882; padding: .1em .3em; border-radius: .2em }}
</style>
<h1>{title}</h1>
{body}
</html>
"""

# Slugs before 2.0.0: links to their pages may be in logs and clients' code.
FORMER_SLUGS = {
    "answer-lost": "response-lost",  # until 3.0
    "foreign-log-in-refused": "external-login-failed",  # until 3.0
}

router = APIRouter(prefix="/errors", include_in_schema=False)


@router.get("")
@public
async def list_errors(request: Request) -> HTMLResponse:
    items = (
        f'<li><a href="/errors/{escape(slug)}">{escape(kind.title)}</a> ({_status(kind)})</li>'
        for slug, kind in sorted(error_types().items())
    )
    return _page(f"Errors of {request.app.title}", f"<ul>{''.join(items)}</ul>")


@router.get("/{slug}")
@public
async def explain_error(slug: str) -> Response:
    if now := FORMER_SLUGS.get(slug):
        return RedirectResponse(f"/errors/{now}", status_code=301)
    kind = error_types().get(slug)
    if kind is None:
        raise NotFound
    status = f"<p>Status <code>{_status(kind)}</code>, type <code>/errors/{escape(slug)}</code></p>"
    rest = '<p><a href="/errors">All errors</a></p>'
    return _page(kind.title, f"<p>{_prose(kind)}</p>{status}{rest}")


def error_types() -> dict[str, type[AppError]]:
    """Return all error classes by slug, including those of modules."""
    return {kind.slug: kind for kind in _below(AppError)}


def _below(kind: type[AppError]) -> Iterator[type[AppError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def _status(kind: type[AppError]) -> str:
    return str(kind.status) if kind.slug != "http-error" else "any"


def _prose(kind: type[AppError]) -> str:
    """Return the docstring, or the nearest base class's, with backticks rendered as `<code>`."""
    text = next(parent.__doc__ for parent in kind.__mro__ if parent.__doc__)
    pieces = escape(cleandoc(text)).split("`")
    return "".join(
        f"<code>{piece}</code>" if odd % 2 else piece for odd, piece in enumerate(pieces)
    )


def _page(title: str, body: str) -> HTMLResponse:
    return HTMLResponse(PAGE.format(title=escape(title), body=body))
