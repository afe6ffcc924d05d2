from app.core.module import Module

from .pages import PREFIX, routers, show_error

module = Module(
    name="console",
    uses=("tenants", "users"),
    pages=routers,
    error_pages={PREFIX: show_error},
)
