"""The way to the preview of all e-mails, which only development has."""

from starlette.responses import Response

from app.core.errors import NotFound
from app.core.permissions import PUBLIC

from .web import Pages, Visit

pages = Pages()


@pages.get("/mail", PUBLIC)
async def show_mails(visit: Visit) -> Response:
    """Raises NotFound."""
    if visit.work.runtime.settings.environment != "development":
        raise NotFound
    return visit.go("/mail-preview")
