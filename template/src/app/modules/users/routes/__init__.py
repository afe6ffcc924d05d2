from . import (
    _administration,
    _auth,
    _email_links,
    _failed_log_ins,
    _identities,
    _me,
    _members,
    _oidc,
    _pages,
    _second_factor,
    _sessions,
)

# `/users/me` must come before `/users/{user_id}`, which would match it.
routers = (
    _auth.router,
    _email_links.router,
    _oidc.router,
    _me.router,
    _sessions.router,
    _second_factor.router,
    _identities.router,
    _members.router,
    _administration.router,
)

pages = (_pages.router,)
show_failed_log_in = _failed_log_ins.show_failed_log_in

__all__ = ["pages", "routers", "show_failed_log_in"]
