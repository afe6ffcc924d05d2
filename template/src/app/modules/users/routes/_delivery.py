from typing import Annotated, Any

from fastapi import Depends, Request, Response, status
from fastapi.responses import RedirectResponse

from app.core.errors import Forbidden
from app.core.unit_of_work import CurrentWork

from ..schemas import AccessRead, ChallengeRead, CookiesSet, RegistrationRead, TokenRead
from ..services import Challenge, TokenPair
from ._failed_log_ins import page_beside

Signed = TokenRead | CookiesSet | ChallengeRead
Moved = TokenRead | AccessRead | CookiesSet
CHALLENGE: dict[int | str, dict[str, Any]] = {
    status.HTTP_202_ACCEPTED: {
        "model": ChallengeRead,
        "description": "The second factor is missing: send its code with the challenge",
    }
}
"""The response of a log-in with a second factor, for `responses`."""


CONFIRMATION: dict[int | str, dict[str, Any]] = {
    status.HTTP_202_ACCEPTED: {
        "model": RegistrationRead,
        "description": "The e-mail address must be confirmed before the first log-in",
    }
}


class Delivery:
    """Sends tokens to the client: in the body, or with `?cookies=true` as cookies of a browser.

    It is built before the service is called, so a request from a foreign page is refused before
    anything happens.
    """

    def __init__(
        self, request: Request, response: Response, work: CurrentWork, cookies: bool = False
    ) -> None:
        self.request = request
        self.response = response
        self.jar = work.runtime.authenticator.cookies
        self.refresh_seconds = work.runtime.settings.auth.refresh_days * 24 * 60 * 60
        self.pages_url = work.runtime.settings.pages_url
        self.takes_cookies = work.runtime.authenticator.takes_cookies(request.scope)
        self.in_cookies = cookies
        if cookies:
            self._check_own_page()

    def answer(self, entry: TokenPair | Challenge) -> Signed:
        self.response.headers["Cache-Control"] = "no-store"
        if isinstance(entry, Challenge):
            self.response.status_code = status.HTTP_202_ACCEPTED
            return ChallengeRead.model_validate(entry)
        if self.in_cookies:
            return self._put_into_cookies(entry)
        return TokenRead.model_validate(entry)

    def answer_to_registration(
        self, pair: TokenPair | None, *, email: str
    ) -> Signed | RegistrationRead:
        if pair is not None:
            return self.answer(pair)
        self.response.status_code = status.HTTP_202_ACCEPTED
        return RegistrationRead(confirm=email)

    def answer_in_kind(self, pair: TokenPair) -> Moved:
        """Answer with cookies if the request came with them: scripts must not read the tokens."""
        self.response.headers["Cache-Control"] = "no-store"
        if self.in_cookies or self.takes_cookies:
            return self._put_into_cookies(pair)
        return (TokenRead if pair.refresh_token else AccessRead).model_validate(pair)

    def redirect(self, entry: TokenPair | Challenge, go_on: str | None = None) -> RedirectResponse:
        """Redirect to the pages, with cookies, after a log-in with a provider.

        `go_on` is the path of this app at which it began, whose pages then ask for a second factor.
        """
        if isinstance(entry, Challenge):
            where = (
                page_beside(go_on, "second-factor") if go_on else f"{self.pages_url}/second-factor"
            )
            url = f"{where}#challenge={entry.challenge}"
            return RedirectResponse(url, status.HTTP_303_SEE_OTHER)
        answer = RedirectResponse(go_on or self.pages_url, status.HTTP_303_SEE_OTHER)
        self.jar.clear(answer)
        self._set_cookies(answer, entry)
        return answer

    def refresh_token(self, sent: str | None) -> str:
        """Return the token of the body, or that of the cookie if the answer sets cookies."""
        kept = self.jar.refresh_token(self.request.scope) if self.in_cookies else None
        return sent or kept or ""

    def own_refresh_token(self, sent: str | None) -> str | None:
        """Return the refresh token of the request's own log-in: from the body, or from the cookie
        if the request came with cookies from one of our own pages.
        """
        scope = self.request.scope
        counts = self.takes_cookies and self.jar.from_own_page(scope)
        return sent or (self.jar.refresh_token(scope) if counts else None)

    def clear(self) -> None:
        scope = self.request.scope
        if self.jar.access_token(scope) or self.jar.refresh_token(scope):
            self.jar.clear(self.response)

    def _check_own_page(self) -> None:
        """Raises Forbidden for a foreign page, which could log its visitor in as another user.

        A log-in with a provider starts and ends with links; a signed cookie protects it instead.
        """
        if not self.jar.may_act(self.request.scope):
            raise Forbidden("Cookies are set only for our own pages.")

    def _put_into_cookies(self, pair: TokenPair) -> CookiesSet:
        self._set_cookies(self.response, pair)
        return CookiesSet(expires_in=pair.expires_in)

    def _set_cookies(self, answer: Response, pair: TokenPair) -> None:
        self.jar.set(answer, access=pair.access_token, access_seconds=pair.expires_in)
        if pair.refresh_token is not None:
            self.jar.set_refresh(
                answer, refresh=pair.refresh_token, refresh_seconds=self.refresh_seconds
            )


Tokens = Annotated[Delivery, Depends()]
