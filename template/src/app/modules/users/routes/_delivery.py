from typing import Annotated

from fastapi import Depends, Request, Response, status
from fastapi.responses import RedirectResponse

from app.core.errors import Forbidden
from app.core.unit_of_work import CurrentWork

from ..schemas import ChallengeRead, CookiesSet, TokenRead
from ..services import Challenge, TokenPair

Signed = TokenRead | CookiesSet | ChallengeRead


class Delivery:
    """How tokens reach the client: in the body, or with `?cookies=true` in a browser's cookies."""

    def __init__(
        self, request: Request, response: Response, work: CurrentWork, cookies: bool = False
    ) -> None:
        self.request = request
        self.response = response
        self.jar = work.runtime.authenticator.cookies
        self.refresh_seconds = work.runtime.settings.auth.refresh_days * 24 * 60 * 60
        self.pages_url = work.runtime.settings.pages_url
        self.in_cookies = cookies

    def answer(self, entry: TokenPair | Challenge) -> Signed:
        """Raises Forbidden for a foreign page, which could log its visitor in as somebody else."""
        self.response.headers["Cache-Control"] = "no-store"
        if isinstance(entry, Challenge):
            self.response.status_code = status.HTTP_202_ACCEPTED
            return ChallengeRead.model_validate(entry)
        return self._hand_over(entry)

    def answer_in_kind(self, pair: TokenPair) -> Signed:
        """In cookies for who came with cookies: no script gets to read what replaces them."""
        self.in_cookies |= "authorization" not in self.request.headers
        return self.answer(pair)

    def redirect(self, entry: TokenPair | Challenge) -> RedirectResponse:
        """To your front end, with cookies, after a log-in elsewhere."""
        if isinstance(entry, Challenge):
            url = f"{self.pages_url}/second-factor#challenge={entry.challenge}"
            return RedirectResponse(url, status.HTTP_303_SEE_OTHER)
        answer = RedirectResponse(self.pages_url, status.HTTP_303_SEE_OTHER)
        self.jar.clear(answer)
        self._set_cookies(answer, entry)
        return answer

    def refresh_token(self, sent: str | None) -> str:
        """The one in the body; the browser's when the answer goes into cookies again."""
        kept = self.jar.refresh_token(self.request.scope) if self.in_cookies else None
        return sent or kept or ""

    def clear(self) -> None:
        if self.jar.access_token(self.request.scope) is not None:
            self.jar.clear(self.response)

    def _hand_over(self, pair: TokenPair) -> TokenRead | CookiesSet:
        if not self.in_cookies:
            return TokenRead.model_validate(pair)
        if not self.jar.from_own_page(self.request.scope):
            raise Forbidden("Cookies are set only for our own pages.")
        self._set_cookies(self.response, pair)
        return CookiesSet(expires_in=pair.expires_in)

    def _set_cookies(self, answer: Response, pair: TokenPair) -> None:
        self.jar.set(answer, access=pair.access_token, access_seconds=pair.expires_in)
        self.jar.set_refresh(
            answer, refresh=pair.refresh_token, refresh_seconds=self.refresh_seconds
        )


Tokens = Annotated[Delivery, Depends()]
