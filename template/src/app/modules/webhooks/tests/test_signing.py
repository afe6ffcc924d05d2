"""The specification's own example: https://github.com/standard-webhooks/standard-webhooks."""

from datetime import UTC, datetime

from ..services._signing import new_secret, signed

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = '{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


class TestSigned:
    def test_is_what_the_specification_gives(self) -> None:
        at = datetime.fromtimestamp(1614265330, UTC)

        headers = signed(BODY, message="msg_p5jXN8AQM9LWM0D4loKWxJek", at=at, secrets=[SECRET])

        assert headers["webhook-id"] == "msg_p5jXN8AQM9LWM0D4loKWxJek"
        assert headers["webhook-timestamp"] == "1614265330"
        assert headers["webhook-signature"] == SIGNATURE

    def test_has_a_signature_for_each_secret(self) -> None:
        at, secrets = datetime.now(UTC), [SECRET, new_secret()]

        headers = signed(BODY, message="msg_1", at=at, secrets=secrets)

        assert len(headers["webhook-signature"].split(" ")) == 2
