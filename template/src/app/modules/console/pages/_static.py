from fastapi.responses import Response

from app.core.errors import NotFound
from app.core.permissions import PUBLIC

from .web import STATIC, Pages, Visit

KINDS = {
    "console.css": "text/css",
    "console.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}

pages = Pages()


@pages.get("/static/{asset}", PUBLIC)
async def send_asset(visit: Visit) -> Response:
    """Send an asset; its address names its content, so that browsers never ask again."""
    asset = visit.request.path_params["asset"]
    if asset not in KINDS:
        raise NotFound
    return Response((STATIC / asset).read_bytes(), media_type=KINDS[asset], headers=FOREVER)
