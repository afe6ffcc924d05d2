from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from app.core.auth import AccessClaims, TokenRefused, Tokens
from app.kit.ids import new_id

OLD, NEW = "o" * 32, "n" * 32
MINUTE = timedelta(minutes=1)
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
