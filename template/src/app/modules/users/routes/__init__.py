from . import _administration, _auth, _letters, _me, _members

# `/users/me` comes before `/users/{user_id}`, which would take it.
routers = (
    _auth.router,
    _letters.router,
    _me.router,
    _members.router,
    _administration.router,
)

__all__ = ["routers"]
