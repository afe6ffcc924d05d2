from app.core.module import Module

from .pages import PREFIX, find_texts, routers, show_error

module = Module(
    name="console",
    uses=("tenants", "users"),
    pages=routers,
    error_pages={PREFIX: show_error},
    find_texts=find_texts,
)
