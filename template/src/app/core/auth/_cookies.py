"""Tokens for browsers, in cookies that scripts cannot read.

A browser sends cookies with requests from any site. So besides SameSite, a request that could
change something is accepted only from our own pages: browsers say so in Sec-Fetch-Site
(https://www.w3.org/TR/fetch-metadata/), older ones in Origin, and no page can forge either. That
needs neither a second cookie nor a token in each form.
"""

from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import Scope

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class Cookies:
    """The cookies of one app. `own` are the origins of its pages.

    The cookies are Secure if the first origin is https. They then have the prefix __Host-, so that
    no other host, subdomain or plain connection can set them.
    """

    def __init__(self, *, own: Iterable[str]) -> None:
        self.own = tuple(own)
        self.secure = self.own[0].startswith("https://")
        prefix = "__Host-" if self.secure else ""
        self.access = f"{prefix}access"
        self.refresh = f"{prefix}refresh"
        self.away = f"{prefix}away"

    def access_token(self, scope: Scope) -> str | None:
        return self._read(scope, self.access)

    def refresh_token(self, scope: Scope) -> str | None:
        return self._read(scope, self.refresh)

    def may_act(self, scope: Scope) -> bool:
        """True if cookies may authenticate this request. A websocket counts as unsafe."""
        return scope.get("method") in SAFE_METHODS or self.from_own_page(scope)

    def from_own_page(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        same_origin = headers.get("sec-fetch-site") == "same-origin"
        return same_origin or headers.get("origin") in self.own

    def set(self, answer: Response, *, access: str, access_seconds: int) -> None:
        self._set(answer, self.access, access, access_seconds, strict=False)

    def set_refresh(self, answer: Response, *, refresh: str, refresh_seconds: int) -> None:
        self._set(answer, self.refresh, refresh, refresh_seconds, strict=True)

    def login_state(self, scope: Scope) -> str | None:
        return self._read(scope, self.away)

    def set_login_state(self, answer: Response, value: str, *, seconds: int) -> None:
        """Set the cookie for an external log-in: Lax, because the provider links back to us."""
        self._set(answer, self.away, value, seconds, strict=False)

    def clear_access(self, answer: Response) -> None:
        self._set(answer, self.access, "", 0, strict=False)

    def clear(self, answer: Response) -> None:
        for name in (self.access, self.refresh, self.away):
            self._set(answer, name, "", 0, strict=True)

    def _set(self, answer: Response, name: str, value: str, seconds: int, *, strict: bool) -> None:
        """Set one cookie. Lax keeps users logged in when they follow a link from another site.

        The refresh token's cookie needs no links, so it is Strict.
        """
        answer.set_cookie(
            name,
            value,
            max_age=seconds,
            httponly=True,
            secure=self.secure,
            samesite="strict" if strict else "lax",
        )

    def _read(self, scope: Scope, name: str) -> str | None:
        header = Headers(scope=scope).get("cookie")
        return cookie_parser(header).get(name) if header else None
