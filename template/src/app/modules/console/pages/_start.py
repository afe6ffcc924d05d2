from starlette.responses import Response

from .web import Pages, Visit

pages = Pages()


@pages.get("")
async def show_start(visit: Visit) -> Response:
    """Show what there is: the menu as a page, for people who begin."""
    return visit.page("start.html")
