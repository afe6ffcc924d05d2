import pytest

from app.core.steps import WrongStep, check_step


def test_a_step_follows_one_of_several_values() -> None:
    check_step("status", "sent", "void", after=("draft", "sent"))


def test_another_step_is_a_409_that_names_the_values() -> None:
    with pytest.raises(WrongStep) as raised:
        check_step("status", "paid", "void", after=("draft", "sent"))

    assert raised.value.status == 409
    assert raised.value.detail == "status is paid: void follows only after draft or sent."
