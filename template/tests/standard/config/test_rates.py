import pytest

from app.config import LimitSettings, Rate


class TestARate:
    @pytest.mark.parametrize(
        ("text", "rate"),
        [
            ("10/minute", Rate(10, 60)),
            (" 1/Second ", Rate(1, 1)),
            ("600/hour", Rate(600, 3600)),
            ("5/day", Rate(5, 86400)),
            ("off", None),
        ],
    )
    def test_is_read(self, text: str, rate: Rate | None) -> None:
        assert LimitSettings.model_validate({"person": text}).person == rate

    @pytest.mark.parametrize("text", ["10", "0/minute", "10/minutes", "-1/minute", "10/fortnight"])
    def test_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="like 10/minute"):
            LimitSettings.model_validate({"person": text})
