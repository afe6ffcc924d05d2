from datetime import timedelta
from time import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from app.core.auth import AccessClaims, TokenRefused, Tokens
from app.core.auth._verified_tokens import VerifiedTokenCache
from app.kit.ids import new_id

OLD, NEW = "o" * 32, "n" * 32
MINUTE = timedelta(minutes=1)
FAR = 9_999_999_999.0
CLAIMS = AccessClaims(user_id=new_id(), session_id=new_id(), tenant_id=new_id(), role="admin")


class TestTokens:
    def test_say_again_what_they_were_told(self) -> None:
        tokens = Tokens(NEW, lifetime=MINUTE)

        assert tokens.read(tokens.issue(CLAIMS)) == CLAIMS

    def test_are_read_while_their_secret_is_among_the_previous_ones(self) -> None:
        token = Tokens(OLD, lifetime=MINUTE).issue(CLAIMS)

        assert Tokens(NEW, lifetime=MINUTE, previous=[OLD]).read(token) == CLAIMS
        with pytest.raises(TokenRefused):
            Tokens(NEW, lifetime=MINUTE).read(token)

    def test_are_signed_with_the_new_secret(self) -> None:
        token = Tokens(NEW, lifetime=MINUTE, previous=[OLD]).issue(CLAIMS)

        assert Tokens(NEW, lifetime=MINUTE).read(token) == CLAIMS

    def test_expire(self) -> None:
        tokens = Tokens(NEW, lifetime=timedelta(seconds=-1))

        with pytest.raises(TokenRefused, match="expired"):
            tokens.read(tokens.issue(CLAIMS))

    def test_are_good_for_their_purpose_only(self) -> None:
        tokens = Tokens(NEW, lifetime=MINUTE)
        body = tokens.verify("access", tokens.issue(CLAIMS))

        other = tokens.sign("challenge", body, lifetime=MINUTE)

        assert tokens.verify("challenge", other)["sub"] == str(CLAIMS.user_id)
        with pytest.raises(TokenRefused):
            tokens.read(other)

    @pytest.mark.parametrize(
        "header", [{"alg": "none"}, {"alg": "HS512"}, {"alg": "HS256", "kid": "unknown"}]
    )
    def test_are_refused_when_forged(self, header: dict[str, Any]) -> None:
        body = {"sub": str(new_id()), "exp": 9_999_999_999}
        key = OctKey.import_key("guessed" * 10)
        token = jwt.encode(header, body, key, algorithms=[header["alg"]])

        with pytest.raises(TokenRefused):
            Tokens(NEW, lifetime=MINUTE).read(token)

    @pytest.mark.parametrize("token", ["", "a.b.c", "nonsense", "ey.ey.ey", "ÿ.x.y"])
    def test_are_refused_when_they_are_none(self, token: str) -> None:
        with pytest.raises(TokenRefused):
            Tokens(NEW, lifetime=MINUTE).read(token)

    def test_are_refused_with_any_other_character(self) -> None:
        tokens = Tokens(NEW, lifetime=MINUTE)
        token = tokens.issue(CLAIMS)

        for place, character in enumerate(token[:-1]):  # the last one has bits that say nothing
            other = "A" if character != "A" else "B"
            with pytest.raises(TokenRefused):
                tokens.read(f"{token[:place]}{other}{token[place + 1 :]}")
        for longer in (f"{token}=", f"{token}A", f"{token}.", f".{token}", f"{token}\n"):
            with pytest.raises(TokenRefused):
                tokens.read(longer)

    def test_that_have_expired_are_refused(self) -> None:
        token = Tokens(NEW, lifetime=timedelta(seconds=-1)).issue(CLAIMS)

        with pytest.raises(TokenRefused, match="expired"):
            Tokens(NEW, lifetime=MINUTE).read(token)


class TestVerifiedTokens:
    def test_are_bounded_in_number(self) -> None:
        cache = VerifiedTokenCache(most=10)

        for number in range(100):
            cache.remember(str(number), CLAIMS, expires_at=FAR)

        assert sum(cache.find(str(number)) is not None for number in range(100)) <= 20

    def test_stay_while_they_are_in_use(self) -> None:
        cache = VerifiedTokenCache(most=10)
        cache.remember("in use", CLAIMS, expires_at=FAR)

        for number in range(100):
            cache.remember(str(number), CLAIMS, expires_at=FAR)
            assert cache.find("in use") == CLAIMS

    def test_expire_also_when_they_were_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        cache = VerifiedTokenCache(most=1)
        cache.remember("old", CLAIMS, expires_at=time() + 60)
        cache.remember("other", CLAIMS, expires_at=FAR)
        assert cache.find("old") == CLAIMS

        later = time() + 61
        monkeypatch.setattr("app.core.auth._verified_tokens.time", lambda: later)

        assert cache.find("old") is None
