from app.core.module import Module

from .pages import routers
from .web import PREFIX, show_error

module = Module(
    name="console",
    uses=("tenants", "users"),
    pages=routers,
    error_pages={PREFIX: show_error},
)
