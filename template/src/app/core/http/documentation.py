"""The pages /docs (Swagger UI) and /redoc (ReDoc), from a package: they need no other host.

The Content-Security-Policy allows scripts of this app only, so nothing on the page is inline but
styles, which both libraries write.
"""

from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, Response

from app.core.errors import NotFound
from app.core.permissions import public

ASSETS = Path(str(files("fastapi_offline"))) / "static"
REDOC_SCRIPT = "redoc.standalone.js"
NAMES = ("favicon.png", REDOC_SCRIPT, "swagger-ui-bundle.js", "swagger-ui.css")
FOREIGN_LOGO = b"https://cdn.redoc.ly/redoc/logo-mini.svg"
OWN_LOGO = b"/docs/assets/favicon.png"
"""ReDoc shows its logo from another host, which the policy forbids."""
A_DAY = {"Cache-Control": "public, max-age=86400"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; font-src 'self' data:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY}
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="/docs/assets/favicon.png">
{body}
</html>
"""
ENVIRONMENT = (
    '<p style="font:14px sans-serif;margin:0;padding:.5em 1.5em;background:#ffe9a8;color:#222">'
    "{name}, <b>{environment}</b></p>"
)
SWAGGER = """<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<body style="margin:0">{environment}<div id="swagger-ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>"""
START = """window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
});
"""
REDOC = """<body style="margin:0">{environment}
<redoc spec-url="/openapi.json" disable-search></redoc>
<script src="/docs/assets/redoc.standalone.js"></script>"""


@cache
def _redoc_script() -> bytes:
    return (ASSETS / REDOC_SCRIPT).read_bytes().replace(FOREIGN_LOGO, OWN_LOGO)


def documentation_routes(name: str, environment: str) -> APIRouter:
    """Return the routes; each page says which environment of the app it belongs to."""
    router = APIRouter(include_in_schema=False)
    where = ENVIRONMENT.format(name=escape(name), environment=escape(environment))

    def page(body: str) -> HTMLResponse:
        title = escape(f"{name}, {environment}")
        html = PAGE.format(title=title, body=body.format(environment=where))
        return HTMLResponse(html, headers=HEADERS)

    @router.get("/docs")
    @public
    async def swagger() -> HTMLResponse:
        return page(SWAGGER)

    @router.get("/redoc")
    @public
    async def redoc() -> HTMLResponse:
        return page(REDOC)

    @router.get("/docs/start.js")
    @public
    async def start() -> Response:
        return Response(START, media_type="text/javascript")

    @router.get("/docs/assets/{file}")
    @public
    async def asset(file: str) -> Response:
        if file not in NAMES:
            raise NotFound
        if file == REDOC_SCRIPT:
            return Response(_redoc_script(), media_type="text/javascript", headers=A_DAY)
        return FileResponse(ASSETS / file, headers=A_DAY)

    return router
